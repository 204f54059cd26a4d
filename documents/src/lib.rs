//! Documents as passages: plain text, Markdown, PDF, web pages, DOCX and EPUB.
//!
//! What somebody uploads may be broken, or made to break its reader: it is read by `server read KIND`, a process of its
//! own with little time and memory, which gets the file on its standard input and answers on its standard output.

mod child;
mod docx;
mod epub;
mod html;
mod markdown;
mod outline;
mod packed;
mod pdf;
mod sizes;
mod text;
mod xml;

pub use child::serve;

use model::{DocumentKind, Reading, Unreadable};

/// Most pages of a document.
const PAGES: usize = 2_000;
/// Most bytes of a document's words.
const LONGEST: usize = 8 * 1024 * 1024;

/// Reads a document and cuts it into passages.
///
/// It may panic, or take very long, on what is made to have it do so.
pub fn read(kind: DocumentKind, file: &[u8]) -> Result<Reading, Unreadable> {
    let outline = match kind {
        DocumentKind::Text => text::read(file)?,
        DocumentKind::Markdown => markdown::read(&text::decoded(file, None)?),
        DocumentKind::Pdf => pdf::read(file)?,
        DocumentKind::Html => html::read(&text::decoded(file, html::charset(file))?),
        DocumentKind::Docx => docx::read(file)?,
        DocumentKind::Epub => epub::read(file)?,
    };
    outline.cut()
}
