//! EPUB: books as web pages in an archive (EPUB 3.3, W3C).

use crate::outline::Outline;
use crate::packed::Packed;
use crate::xml::{self, Part};
use crate::{LONGEST, html};
use model::Unreadable;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;

/// A book, chapter by chapter.
pub fn read(file: &[u8]) -> Result<Outline, Unreadable> {
    let mut packed = Packed::open(file)?;
    let container = packed.text("META-INF/container.xml")?.ok_or(Unreadable::Damaged)?;
    let mut root = None;
    xml::each(&container, |part| {
        if let Part::Begins(element, _) = part
            && element.local_name().as_ref() == "rootfile"
        {
            root = root.take().or_else(|| xml::value(element, "full-path"));
        }
    })?;
    let root = root.ok_or(Unreadable::Damaged)?;
    let book = Book::of(&packed.text(&root)?.ok_or(Unreadable::Damaged)?)?;
    let locked = locked(&packed.text("META-INF/encryption.xml")?.unwrap_or_default())?;
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut outline = Outline::called(book.title);
    let mut length = 0;
    for name in book.spine.iter().filter_map(|id| book.files.get(id)).map(|href| path(folder, href)) {
        if locked.contains(&name) {
            return Err(Unreadable::Encrypted);
        }
        let Some(page) = packed.text(&name)? else { continue };
        length += page.len();
        if length > LONGEST * 4 {
            return Err(Unreadable::TooLong);
        }
        outline.part();
        html::add(&mut outline, &page);
    }
    Ok(outline)
}

/// What a book says of itself.
#[derive(Default)]
struct Book {
    title: String,
    files: HashMap<String, String>,
    /// The files in the order of reading, by their ids.
    spine: Vec<String>,
}

impl Book {
    fn of(package: &str) -> Result<Self, Unreadable> {
        let (mut book, mut is_title) = (Self::default(), false);
        xml::each(package, |part| match part {
            Part::Begins(element, is_empty) => {
                let name = element.local_name();
                is_title = !is_empty && name.as_ref() == "title" && book.title.is_empty();
                match name.as_ref() {
                    "item" => {
                        if let (Some(id), Some(href)) = (xml::value(element, "id"), xml::value(element, "href")) {
                            book.files.insert(id, href);
                        }
                    }
                    "itemref" => book.spine.extend(xml::value(element, "idref")),
                    _ => {}
                }
            }
            Part::Ends(_) => is_title = false,
            Part::Text(words) if is_title => book.title.push_str(words),
            Part::Text(_) => {}
        })?;
        Ok(book)
    }
}

/// The files that are encrypted. Fonts may be, and nobody reads those.
fn locked(encryption: &str) -> Result<Vec<String>, Unreadable> {
    let mut files = Vec::new();
    xml::each(encryption, |part| {
        if let Part::Begins(element, _) = part
            && element.local_name().as_ref() == "CipherReference"
        {
            files.extend(xml::value(element, "URI"));
        }
    })?;
    Ok(files)
}

/// A file's name in the archive.
fn path(folder: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    let mut parts: Vec<String> = folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(percent_decode_str(part).decode_utf8_lossy().into_owned()),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docx::tests::archive;

    const CONTAINER: &str = r#"<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>"#;
    const PACKAGE: &str = r#"<package xmlns:dc="dc"><metadata><dc:title>The Garden Book</dc:title></metadata><manifest>
        <item id="two" href="text/two%20b.xhtml"/><item id="one" href="text/one.xhtml"/></manifest>
        <spine><itemref idref="one"/><itemref idref="two"/><itemref idref="none"/></spine></package>"#;

    #[test]
    fn a_book_is_read_in_its_order() {
        let file = archive(&[
            ("META-INF/container.xml", CONTAINER),
            ("OEBPS/book.opf", PACKAGE),
            (
                "OEBPS/text/one.xhtml",
                "<html><head><title>x</title></head><body><h1>Apples</h1><p>Late.</p></body></html>",
            ),
            ("OEBPS/text/two b.xhtml", "<html><body><p>Pears.</p></body></html>"),
        ]);
        let reading = read(&file).unwrap().cut().unwrap();
        let seen: Vec<(&str, &str)> =
            reading.passages.iter().map(|one| (one.heading.as_str(), one.text.as_str())).collect();
        assert_eq!((reading.title.as_str(), seen), ("The Garden Book", vec![("Apples", "Late."), ("", "Pears.")]));
    }

    #[test]
    fn a_locked_book_says_so() {
        let locked = r#"<encryption><EncryptedData><CipherData><CipherReference URI="OEBPS/text/one.xhtml"/></CipherData></EncryptedData></encryption>"#;
        let file = archive(&[
            ("META-INF/container.xml", CONTAINER),
            ("META-INF/encryption.xml", locked),
            ("OEBPS/book.opf", PACKAGE),
            ("OEBPS/text/one.xhtml", "rubbish"),
        ]);
        assert_eq!(read(&file).err(), Some(Unreadable::Encrypted));
        assert_eq!(read(&archive(&[("mimetype", "application/epub+zip")])).err(), Some(Unreadable::Damaged));
    }
}
