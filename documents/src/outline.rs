//! A document as its sections, each under its headings, and how they are cut into passages.

use crate::sizes::{SIZE, Words};
use crate::{LONGEST, PAGES};
use model::{Passage, Reading, Unreadable};
use text_splitter::{ChunkConfig, MarkdownSplitter, TextSplitter};

/// Sections of a document at most, and passages.
const PARTS: usize = 50_000;
/// Characters of a heading at most.
const HEADING: usize = 200;

/// What stands between a heading and one below it.
const BELOW: &str = " › ";

/// What stands under one heading, or on one page.
struct Section {
    page: Option<i32>,
    heading: String,
    text: String,
}

/// A document on its way to passages.
#[derive(Default)]
pub struct Outline {
    /// What it calls itself.
    pub title: String,
    /// Whether its words are Markdown.
    is_markdown: bool,
    /// The headings that what comes next stands under, with their levels.
    above: Vec<(u8, String)>,
    pages: Option<i32>,
    sections: Vec<Section>,
    /// Whether what comes next begins a section.
    begins: bool,
}

impl Outline {
    /// A document that calls itself so.
    pub fn called(title: String) -> Self {
        Self { title, ..Self::default() }
    }

    /// One whose words are Markdown.
    pub fn of_markdown() -> Self {
        Self { is_markdown: true, ..Self::default() }
    }

    /// A heading, from level 1, the outermost, on.
    pub fn heading(&mut self, level: u8, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text: String = words.join(" ").chars().take(HEADING).collect();
        if text.is_empty() {
            return;
        }
        if self.title.is_empty() && level == 1 {
            self.title.clone_from(&text);
        }
        self.above.retain(|(other, _)| *other < level);
        self.above.push((level, text));
        self.begins = true;
    }

    /// From here on it is another part, that stands under no heading of the one before.
    pub fn part(&mut self) {
        self.above.clear();
        self.begins = true;
    }

    /// From here on it is this page, from 1.
    pub fn page(&mut self, page: i32) {
        self.pages = Some(page);
        self.begins = true;
    }

    /// Some words, set apart from those before and behind.
    pub fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if let Some(section) = self.sections.last_mut().filter(|_| !self.begins) {
            section.text.push_str("\n\n");
            section.text.push_str(text);
        } else {
            let heading = self.above.iter().map(|(_, text)| text.as_str()).collect::<Vec<&str>>().join(BELOW);
            self.sections.push(Section { page: self.pages, heading, text: text.to_owned() });
        }
        self.begins = false;
    }

    /// A heading without the document's own.
    fn beneath(&self, heading: &str) -> String {
        let rest = heading.strip_prefix(self.title.as_str()).filter(|_| !self.title.is_empty());
        match rest.map(|rest| (rest, rest.strip_prefix(BELOW))) {
            Some(("", _)) => String::new(),
            Some((_, Some(below))) => below.replace('\0', ""),
            _ => heading.replace('\0', ""),
        }
    }

    /// The passages of it all.
    pub fn cut(self) -> Result<Reading, Unreadable> {
        let length: usize = self.sections.iter().map(|section| section.text.len()).sum();
        if length > LONGEST || self.sections.len() > PARTS || self.pages.is_some_and(|pages| pages as usize > PAGES) {
            return Err(Unreadable::TooLong);
        }
        if self.sections.iter().all(|section| !section.text.chars().any(char::is_alphanumeric)) {
            return Err(if self.pages.is_some() { Unreadable::OnlyImages } else { Unreadable::Empty });
        }
        let sizer = Words::default();
        let config = || ChunkConfig::new(SIZE).with_sizer(&sizer);
        let (marked, plain) = (MarkdownSplitter::new(config()), TextSplitter::new(config()));
        let mut passages = Vec::new();
        for Section { page, heading, text } in &self.sections {
            let mut keep = |text: &str| {
                // U+0000 is nothing that a database holds.
                let text = text.replace('\0', "").trim().to_owned();
                if text.chars().any(char::is_alphanumeric) {
                    passages.push(Passage { page: *page, heading: self.beneath(heading), text });
                }
            };
            if self.is_markdown {
                marked.chunks(text).for_each(&mut keep);
            } else {
                plain.chunks(text).for_each(&mut keep);
            }
        }
        if passages.len() > PARTS {
            return Err(Unreadable::TooLong);
        }
        let title = self.title.replace('\0', "");
        Ok(Reading { title: title.trim().chars().take(HEADING).collect(), pages: self.pages, passages })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_under_a_heading_stays_under_it() {
        let mut outline = Outline::default();
        outline.paragraph("Before all.");
        outline.heading(1, "The  garden");
        outline.heading(2, "Apples");
        outline.paragraph("They ripen late.");
        outline.paragraph("Two trees bear.");
        outline.heading(2, "Pears");
        outline.paragraph("None yet.");
        let reading = outline.cut().unwrap();
        let seen: Vec<(&str, &str)> =
            reading.passages.iter().map(|one| (one.heading.as_str(), one.text.as_str())).collect();
        assert_eq!(
            seen,
            [("", "Before all."), ("Apples", "They ripen late.\n\nTwo trees bear."), ("Pears", "None yet.")]
        );
        assert_eq!(reading.title, "The garden");
    }

    #[test]
    fn long_sections_are_cut_between_sentences() {
        let mut outline = Outline::default();
        outline.page(3);
        outline.paragraph(&"The ladder leans behind the apple tree. ".repeat(200));
        let reading = outline.cut().unwrap();
        assert!(reading.passages.len() > 5, "{}", reading.passages.len());
        assert!(reading.passages.iter().all(|one| one.text.ends_with("tree.") && one.page == Some(3)));
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        assert_eq!(Outline::default().cut().unwrap_err(), Unreadable::Empty);
        let mut images = Outline::default();
        images.page(1);
        images.paragraph("…");
        assert_eq!(images.cut().unwrap_err(), Unreadable::OnlyImages);
        let mut long = Outline::default();
        long.paragraph(&"word ".repeat(LONGEST / 4));
        assert_eq!(long.cut().unwrap_err(), Unreadable::TooLong);
    }
}
