//! Documents that are archives: no part of them is unpacked further than a document may be long.

use crate::LONGEST;
use model::Unreadable;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most bytes that are unpacked of one document: its words, with what marks them up.
const UNPACKED: usize = 8 * LONGEST;
/// Most files of an archive.
const FILES: usize = 20_000;
/// How the container of older and of encrypted documents begins.
const CONTAINER: &[u8] = b"\xd0\xcf\x11\xe0";

/// An archive, and how much more may be unpacked of it.
pub struct Packed<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: usize,
}

impl<'a> Packed<'a> {
    pub fn open(file: &'a [u8]) -> Result<Self, Unreadable> {
        if file.starts_with(CONTAINER) {
            return Err(Unreadable::Encrypted);
        }
        let archive = ZipArchive::new(Cursor::new(file)).map_err(|_| Unreadable::Damaged)?;
        if archive.len() > FILES {
            return Err(Unreadable::TooLong);
        }
        Ok(Self { archive, left: UNPACKED })
    }

    /// A part of it as text, where there is one of that name.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        let Ok(index) = self.archive.index_for_name(name).ok_or(()) else { return Ok(None) };
        let mut part = self.archive.by_index(index).map_err(|cause| match cause {
            zip::result::ZipError::UnsupportedArchive(_) => Unreadable::Encrypted,
            _ => Unreadable::Damaged,
        })?;
        let mut bytes = Vec::new();
        part.by_ref().take(self.left as u64 + 1).read_to_end(&mut bytes).map_err(|_| Unreadable::Damaged)?;
        self.left = self.left.checked_sub(bytes.len()).ok_or(Unreadable::TooLong)?;
        crate::text::decoded(&bytes, None).map(Some)
    }
}
