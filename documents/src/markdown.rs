//! Markdown by its headings.

use crate::outline::Outline;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A text by its sections. Their words stay as they were written.
pub fn read(text: &str) -> Outline {
    let mut outline = Outline::of_markdown();
    let (mut from, mut heading): (usize, Option<(u8, String)>) = (0, None);
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                outline.paragraph(text.get(from..range.start).unwrap_or_default());
                heading = Some((level as u8, String::new()));
                from = range.end;
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some((_, heading)) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, words)) = heading.take() {
                    outline.heading(level, &words);
                }
            }
            // What stands before a page for programs.
            Event::End(TagEnd::MetadataBlock(_)) => from = range.end,
            _ => {}
        }
    }
    outline.paragraph(text.get(from..).unwrap_or_default());
    outline
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keep_their_headings_and_their_words() {
        let text = "---\ntitle: x\n---\nFirst.\n\n# The *garden*\n\nIt is **small**.\n\n## Apples\n\n- late\n- red\n\n\
                    ```\n# no heading\n```\n\nOther\n=====\n\nEnd.";
        let reading = read(text).cut().unwrap();
        let seen: Vec<(&str, &str)> =
            reading.passages.iter().map(|one| (one.heading.as_str(), one.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("", "First."),
                ("", "It is **small**."),
                ("Apples", "- late\n- red\n\n```\n# no heading\n```"),
                ("Other", "End."),
            ]
        );
    }
}
