//! DOCX: the main text of a word processor's document (ECMA-376, part 1, section 17).

use crate::outline::Outline;
use crate::packed::Packed;
use crate::xml::{self, Part};
use model::Unreadable;
use std::collections::HashMap;

/// A document by its headings.
pub fn read(file: &[u8]) -> Result<Outline, Unreadable> {
    let mut packed = Packed::open(file)?;
    let text = packed.text("word/document.xml")?.ok_or(Unreadable::Damaged)?;
    let styles = packed.text("word/styles.xml")?.map_or(Ok(HashMap::new()), |xml| levels(&xml))?;
    let core = packed.text("docProps/core.xml")?.unwrap_or_default();
    let mut body = Body { outline: Outline::called(title(&core)?), styles, ..Body::default() };
    xml::each(&text, |part| body.part(part))?;
    body.paragraph();
    Ok(body.outline)
}

#[derive(Default)]
struct Body {
    outline: Outline,
    styles: HashMap<String, u8>,
    text: String,
    /// The level of the paragraph that it is in, where that is a heading.
    level: Option<u8>,
    in_words: bool,
    /// Inside of how many tables.
    tables: usize,
    /// Inside of how many forms of the same for older programs.
    fallbacks: usize,
}

impl Body {
    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Begins(element, is_empty) => {
                let name = element.local_name();
                match name.as_ref() {
                    "Fallback" if !is_empty => self.fallbacks += 1,
                    "t" => self.in_words = !is_empty,
                    "tab" => self.text.push(' '),
                    "br" | "cr" => self.text.push('\n'),
                    "tbl" if !is_empty => {
                        self.paragraph();
                        self.tables += 1;
                    }
                    "pStyle" => {
                        let style = xml::value(element, "val").and_then(|id| self.styles.get(&id).copied());
                        self.level = self.level.or(style);
                    }
                    "outlineLvl" => self.level = self.level.or_else(|| outline_level(element)),
                    _ => {}
                }
            }
            Part::Ends(name) => match name {
                "Fallback" => self.fallbacks = self.fallbacks.saturating_sub(1),
                "t" => self.in_words = false,
                "tbl" => self.tables = self.tables.saturating_sub(1),
                "p" if self.tables == 0 => self.paragraph(),
                "p" => self.text.push(' '),
                "tc" => self.text.push_str("| "),
                "tr" => self.paragraph(),
                _ => {}
            },
            Part::Text(words) if self.in_words && self.fallbacks == 0 => self.text.push_str(words),
            Part::Text(_) => {}
        }
    }

    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        match self.level.take() {
            Some(level) if self.tables == 0 => self.outline.heading(level, &text),
            _ => self.outline.paragraph(&text),
        }
    }
}

/// The levels of the styles that are headings, by their ids: those are in the writer's language, the names are not.
fn levels(styles: &str) -> Result<HashMap<String, u8>, Unreadable> {
    let mut levels = HashMap::new();
    let mut id = None;
    xml::each(styles, |part| {
        let Part::Begins(element, _) = part else { return };
        match element.local_name().as_ref() {
            "style" => id = xml::value(element, "styleId"),
            "name" => {
                let name = xml::value(element, "val").unwrap_or_default().to_lowercase();
                let level = match name.strip_prefix("heading ") {
                    Some(level) => level.parse().ok().filter(|level| (1..=9).contains(level)),
                    None => (name == "title").then_some(1),
                };
                if let (Some(id), Some(level)) = (&id, level) {
                    levels.insert(id.clone(), level);
                }
            }
            "outlineLvl" => {
                if let (Some(id), Some(level)) = (&id, outline_level(element)) {
                    levels.entry(id.clone()).or_insert(level);
                }
            }
            _ => {}
        }
    })?;
    Ok(levels)
}

/// From 0 in the file, 9 for plain text.
fn outline_level(element: &quick_xml::events::BytesStart<'_>) -> Option<u8> {
    xml::value(element, "val")?.parse().ok().filter(|level: &u8| *level < 9).map(|level| level + 1)
}

fn title(core: &str) -> Result<String, Unreadable> {
    let (mut title, mut is_title) = (String::new(), false);
    xml::each(core, |part| match part {
        Part::Begins(element, is_empty) => is_title = !is_empty && element.local_name().as_ref() == "title",
        Part::Ends(_) => is_title = false,
        Part::Text(words) if is_title => title.push_str(words),
        Part::Text(_) => {}
    })?;
    Ok(title)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;

    /// An archive of these files.
    pub fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut written = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            written.start_file(*name, SimpleFileOptions::default()).unwrap();
            written.write_all(text.as_bytes()).unwrap();
        }
        written.finish().unwrap().into_inner()
    }

    #[test]
    fn a_document_is_read_by_its_headings() {
        let text = r#"<w:document xmlns:w="w"><w:body>
            <w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Der Garten</w:t></w:r></w:p>
            <w:p><w:r><w:t xml:space="preserve">Äpfel &amp; </w:t></w:r><w:r><w:t>Birnen</w:t><w:br/><w:t>reifen.</w:t></w:r>
              <w:del><w:r><w:delText>nie</w:delText></w:r></w:del></w:p>
            <w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>Bäume</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Baum</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>12 m</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            </w:body></w:document>"#;
        let styles = r#"<w:styles xmlns:w="w"><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>"#;
        let core = r#"<cp:coreProperties xmlns:dc="dc"><dc:title>Gartenbuch</dc:title></cp:coreProperties>"#;
        let file = archive(&[("word/document.xml", text), ("word/styles.xml", styles), ("docProps/core.xml", core)]);
        let reading = read(&file).unwrap().cut().unwrap();
        assert_eq!(reading.title, "Gartenbuch");
        let seen: Vec<(&str, &str)> =
            reading.passages.iter().map(|one| (one.heading.as_str(), one.text.as_str())).collect();
        assert_eq!(seen, [("Der Garten", "Äpfel & Birnen\nreifen."), ("Der Garten › Bäume", "Baum | 12 m |")]);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert_eq!(read(b"no archive").err(), Some(Unreadable::Damaged));
        assert_eq!(read(b"\xd0\xcf\x11\xe0rest").err(), Some(Unreadable::Encrypted));
        assert_eq!(read(&archive(&[("a", "b")])).err(), Some(Unreadable::Damaged));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = "a".repeat(9 * crate::LONGEST);
        assert_eq!(read(&archive(&[("word/document.xml", &bomb)])).err(), Some(Unreadable::TooLong));
    }
}
