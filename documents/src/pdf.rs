//! PDF, page by page.

use crate::PAGES;
use crate::outline::Outline;
use model::Unreadable;
use pdf_extract::{Document, PlainTextOutput, output_doc_page};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What stands in a document that is encrypted.
const LOCK: &[u8] = b"/Encrypt";

/// A document by its pages. One that cannot be read leaves the others.
pub fn read(file: &[u8]) -> Result<Outline, Unreadable> {
    // Reading what is locked fails in many ways.
    let is_locked = || file.windows(LOCK.len()).any(|bytes| bytes == LOCK);
    let failed = || if is_locked() { Unreadable::Encrypted } else { Unreadable::Damaged };
    let mut document = Document::load_mem(file).map_err(|_| failed())?;
    if document.is_encrypted() {
        // Many say who may do what with them, and open to everybody.
        document.decrypt("").map_err(|_| Unreadable::Encrypted)?;
    }
    let pages = document.get_pages();
    if pages.len() > PAGES {
        return Err(Unreadable::TooLong);
    }
    if pages.is_empty() {
        return Err(failed());
    }
    let mut outline = Outline::called(title(&document).unwrap_or_default());
    let (mut read, mut broken) = (0, 0);
    for number in pages.keys() {
        outline.page(i32::try_from(*number).unwrap_or(i32::MAX));
        let mut text = String::new();
        let page = catch_unwind(AssertUnwindSafe(|| {
            output_doc_page(&document, &mut PlainTextOutput::new(&mut text), *number).is_ok()
        }));
        if page.unwrap_or(false) {
            read += 1;
        } else {
            broken += 1;
        }
        for paragraph in paragraphs(&text) {
            outline.paragraph(&paragraph);
        }
    }
    if read == 0 && broken > 0 { Err(failed()) } else { Ok(outline) }
}

/// Lines as paragraphs: a blank line sets them apart, and a word that was cut at a line's end is put together.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines() {
        let line: String = line.split_whitespace().collect::<Vec<&str>>().join(" ");
        let last = paragraphs.last_mut().filter(|last| !last.is_empty());
        match last {
            _ if line.is_empty() => paragraphs.push(String::new()),
            Some(last) => {
                let is_cut = last.ends_with('-') && line.starts_with(char::is_lowercase);
                if is_cut {
                    last.pop();
                } else {
                    last.push(' ');
                }
                last.push_str(&line);
            }
            None => {
                paragraphs.pop();
                paragraphs.push(line);
            }
        }
    }
    paragraphs
}

/// What it calls itself.
fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").ok()?;
    let info = document.dereference(info).ok()?.1.as_dict().ok()?;
    let title = document.dereference(info.get(b"Title").ok()?).ok()?.1;
    let title = pdf_extract::decode_text_string(title).ok()?;
    // Programs write the name of a file there.
    Some(title.trim().to_owned()).filter(|title| !title.is_empty() && !title.contains(['/', '\\']))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PDF whose pages say this.
    pub fn pdf(pages: &[&str], more: &str) -> Vec<u8> {
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            {
                let kids: String = (0..pages.len()).map(|n| format!("{} 0 R ", 4 + 2 * n)).collect();
                format!("<< /Type /Pages /Kids [{kids}] /Count {} /MediaBox [0 0 612 792] >>", pages.len())
            },
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        ];
        for (n, text) in pages.iter().enumerate() {
            let resources = "<< /Font << /F1 3 0 R >> >>";
            objects.push(format!("<< /Type /Page /Parent 2 0 R /Resources {resources} /Contents {} 0 R >>", 5 + 2 * n));
            let lines: String = text.lines().map(|line| format!("({line}) Tj 0 -14 Td ")).collect();
            let content = format!("BT /F1 12 Tf 72 720 Td {lines} ET");
            objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        }
        let mut file = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (n, object) in objects.iter().enumerate() {
            places.push(file.len());
            file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
        }
        let at = file.len();
        let rows: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
        let size = objects.len() + 1;
        file.push_str(&format!("xref\n0 {size}\n0000000000 65535 f \n{rows}"));
        file.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R {more} >>\nstartxref\n{at}\n%%EOF\n"));
        file.into_bytes()
    }

    #[test]
    fn pages_keep_their_numbers() {
        let file = pdf(&["The ladder leans be-\nhind the apple tree.", "", "It is made of ash."], "");
        let reading = read(&file).unwrap().cut().unwrap();
        let seen: Vec<(Option<i32>, &str)> = reading.passages.iter().map(|one| (one.page, one.text.as_str())).collect();
        assert_eq!(seen, [(Some(1), "The ladder leans behind the apple tree."), (Some(3), "It is made of ash.")]);
        assert_eq!(reading.pages, Some(3));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(read(b"%PDF-1.4 rubbish").err(), Some(Unreadable::Damaged));
        assert_eq!(read(b"").err(), Some(Unreadable::Damaged));
        let images = read(&pdf(&["", ""], "")).unwrap().cut().unwrap_err();
        assert_eq!(images, Unreadable::OnlyImages);
        let locked = "/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx) /U (yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy) >> /ID [(a) (a)]";
        assert_eq!(read(&pdf(&["secret"], locked)).err(), Some(Unreadable::Encrypted));
    }

    #[test]
    fn lines_become_paragraphs() {
        assert_eq!(paragraphs("a  b\nc\n\n\nd-\ne\nF-\nG"), ["a b c", "", "de F- G"]);
    }
}
