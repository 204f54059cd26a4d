//! What AIs know from documents.

use crate::{EntityId, ids::DocumentId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a document is, by the end of its file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// A PDF.
    Pdf,
    /// A web page.
    Html,
    /// A text of Word or LibreOffice.
    Docx,
    /// A book.
    Epub,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Text, Self::Markdown, Self::Pdf, Self::Html, Self::Docx, Self::Epub];

    /// Its name in requests and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Epub => "epub",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind of a file that is called so.
    pub fn of_file(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "txt" | "text" => Some(Self::Text),
            "md" | "markdown" => Some(Self::Markdown),
            "pdf" => Some(Self::Pdf),
            "html" | "htm" | "xhtml" => Some(Self::Html),
            "docx" => Some(Self::Docx),
            "epub" => Some(Self::Epub),
            _ => None,
        }
    }
}

/// A part of a document that is recalled as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passage {
    /// The page that it stands on, from 1, where the document has pages.
    #[serde(default)]
    pub page: Option<i32>,
    /// The headings that it stands under, from the outermost; empty where there are none.
    #[serde(default)]
    pub heading: String,
    /// Its words.
    pub text: String,
}

/// A document as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What it calls itself; empty where it does not.
    pub title: String,
    /// How many pages it has, where it has pages.
    pub pages: Option<i32>,
    /// What it says, in its order.
    pub passages: Vec<Passage>,
}

/// Why a document was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// It opens with a password, or is protected against being copied.
    Encrypted,
    /// There are pages, and no letters on them.
    OnlyImages,
    /// It is not what its name says, or broken.
    Damaged,
    /// There are no words in it.
    Empty,
    /// It has more than 2,000 pages, or more words than fit.
    TooLong,
    /// Reading it took more than 10 seconds or 512 MiB.
    TooCostly,
}

impl Unreadable {
    /// What people are told.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Encrypted => "It is encrypted, or in an old format. Save it again without a password, and add that.",
            Self::OnlyImages => "There are only images in it, no text. Have its text recognised (OCR), and add that.",
            Self::Damaged => "It is damaged, or not what its name says. Open it and save it again, and add that.",
            Self::Empty => "There are no words in it.",
            Self::TooLong => "It is too long: a document has at most 2,000 pages and 8 MB of words. Add parts of it.",
            Self::TooCostly => {
                "Reading it took too much time or memory. It may be damaged: save it again, or add parts of it."
            }
        }
    }
}

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// It is about to be read.
    Waiting,
    /// It was read: its passages are found by their words, and more of them by what they mean as `embedded` grows.
    Known,
    /// It could not be read; `fault` says why.
    Failed,
}

/// A document that an AI knows, or is about to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The AI that knows it.
    pub mind: EntityId,
    /// The file's name.
    pub name: String,
    /// What it calls itself, else the file's name without its end.
    pub title: String,
    /// What it is.
    pub kind: DocumentKind,
    /// The file's length in bytes.
    pub bytes: i64,
    /// How far it is.
    pub state: DocumentState,
    /// Why it could not be read, in words.
    pub fault: Option<String>,
    /// How many pages it has, where it has pages.
    pub pages: Option<i32>,
    /// Into how many passages it was cut.
    pub passages: i64,
    /// How many of them have their vectors.
    pub embedded: i64,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub added_at: OffsetDateTime,
}

/// A passage as it is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundPassage {
    /// The document that it stands in.
    pub document: DocumentId,
    /// That document's title.
    pub title: String,
    /// Which of its passages, from 1.
    pub place: i32,
    /// The passage itself.
    #[serde(flatten)]
    pub passage: Passage,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_names() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::named(kind.as_str()), Some(kind));
        }
        assert_eq!(DocumentKind::of_file("The Garden.v2.PDF"), Some(DocumentKind::Pdf));
        for none in ["garden", "garden.exe", "pdf", ".", ""] {
            assert_eq!(DocumentKind::of_file(none), None, "{none}");
        }
    }
}
