//! Text as pieces: SentencePiece's unigram model (Kudo 2018, arXiv:1804.10959), with the normalisation that its file holds.

use super::NoEncoder;
use std::collections::HashMap;
use std::path::Path;

/// What stands for a space.
const SPACE: &str = "\u{2581}";
/// A piece that is not known, the beginning and the end.
pub(super) const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;
/// How much less likely an unknown character is than the least likely piece.
const PENALTY: f64 = 10.0;

/// The vocabulary, and how text is made alike first.
pub(super) struct Pieces {
    by_text: HashMap<Box<str>, (u32, f32)>,
    /// Characters of the longest.
    longest: usize,
    unknown: f64,
    /// A double array of the rules, and what they replace with.
    rules: Vec<u32>,
    replacements: Vec<u8>,
}

/// The fields of a protobuf message.
struct Fields<'a>(&'a [u8]);

enum Field<'a> {
    Bytes(&'a [u8]),
    Float(f32),
    Other,
}

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => self.varint().map(|_| Field::Other)?,
            1 => self.take(8).map(|_| Field::Other)?,
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Field::Bytes(self.take(length)?)
            }
            5 => Field::Float(f32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        Some((tag >> 3, field))
    }
}

impl Pieces {
    pub fn read(file: &Path) -> Result<Self, NoEncoder> {
        let failed = |cause: &str| NoEncoder(format!("{} cannot be read: {cause}", file.display()));
        let bytes = std::fs::read(file).map_err(|cause| failed(&cause.to_string()))?;
        let (mut by_text, mut longest, mut least, mut charsmap) = (HashMap::new(), 0, 0.0_f32, None);
        let mut id = 0;
        for (number, field) in Fields(&bytes) {
            let Field::Bytes(inner) = field else { continue };
            match number {
                1 => {
                    let (mut text, mut score) = (None, 0.0);
                    for (number, field) in Fields(inner) {
                        match (number, field) {
                            (1, Field::Bytes(piece)) => text = std::str::from_utf8(piece).ok(),
                            (2, Field::Float(number)) => score = number,
                            _ => {}
                        }
                    }
                    let text = text.ok_or_else(|| failed("a piece is no text"))?;
                    longest = longest.max(text.chars().count());
                    least = least.min(score);
                    // Nobody can write the marks of beginning and end.
                    if id > END {
                        by_text.insert(Box::from(text), (id, score));
                    }
                    id += 1;
                }
                3 => {
                    let map = Fields(inner).find_map(|(number, field)| match (number, field) {
                        (2, Field::Bytes(map)) => Some(map),
                        _ => None,
                    });
                    charsmap = map;
                }
                _ => {}
            }
        }
        let no_rules = || failed("it holds no rules");
        let (size, rest) = charsmap.and_then(<[u8]>::split_first_chunk::<4>).ok_or_else(no_rules)?;
        let size = u32::from_le_bytes(*size) as usize;
        let (trie, replacements) = rest.split_at_checked(size).ok_or_else(no_rules)?;
        let rules = trie.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
        if by_text.is_empty() {
            return Err(failed("it holds no pieces"));
        }
        Ok(Self { by_text, longest, unknown: f64::from(least) - PENALTY, rules, replacements: replacements.to_vec() })
    }

    /// The longest rule that fits the beginning of a text: what it replaces with, and how many bytes. Without one, the
    /// first character as it is.
    fn rule<'a>(&'a self, raw: &'a str) -> (&'a [u8], usize) {
        let offset = |unit: u32| ((unit >> 10) << ((unit & 0x200) >> 6)) as usize;
        let unit = |at: usize| self.rules.get(at).copied().unwrap_or(0);
        let mut node = offset(unit(0));
        let mut best = None;
        for (at, byte) in raw.bytes().enumerate() {
            node ^= usize::from(byte);
            let now = unit(node);
            if now & 0x8000_00ff != u32::from(byte) {
                break;
            }
            node ^= offset(now);
            if now & 0x100 != 0 {
                best = Some((at + 1, (unit(node) & 0x7fff_ffff) as usize));
            }
        }
        let Some((length, from)) = best else {
            let length = raw.chars().next().map_or(1, char::len_utf8);
            return (&raw.as_bytes()[..length], length);
        };
        let rest = self.replacements.get(from..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
        (&rest[..end], length)
    }

    /// The text as the vocabulary was made for: characters made alike, spaces single, and marked.
    fn normalised(&self, text: &str) -> String {
        let mut out: Vec<u8> = Vec::with_capacity(text.len() + 3);
        let mut rest = text;
        let mut after_space = true;
        while !rest.is_empty() {
            let (mut piece, length) = self.rule(rest);
            rest = rest.get(length..).unwrap_or_default();
            if after_space {
                let lead = piece.iter().position(|byte| *byte != b' ').unwrap_or(piece.len());
                piece = &piece[lead..];
            }
            if piece.is_empty() {
                continue;
            }
            if out.is_empty() {
                out.extend(SPACE.as_bytes());
            }
            for byte in piece {
                if *byte == b' ' { out.extend(SPACE.as_bytes()) } else { out.push(*byte) }
            }
            after_space = piece.ends_with(b" ");
        }
        let mut out = String::from_utf8_lossy(&out).into_owned();
        out.truncate(out.trim_end_matches(SPACE).len());
        out
    }

    /// The likeliest pieces of a text, between beginning and end. Nothing of it known: none but those two.
    pub fn ids(&self, text: &str) -> Vec<u32> {
        let text = self.normalised(text);
        let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        starts.push(text.len());
        let count = starts.len() - 1;
        let mut best = vec![(f64::NEG_INFINITY, 0, UNKNOWN); count + 1];
        best[0].0 = 0.0;
        for from in 0..count {
            let so_far = best[from].0;
            let mut alone = false;
            for to in from + 1..=(from + self.longest).min(count) {
                let Some((id, score)) = self.by_text.get(&text[starts[from]..starts[to]]) else { continue };
                alone |= to == from + 1;
                let sum = so_far + f64::from(*score);
                if sum > best[to].0 {
                    best[to] = (sum, from, *id);
                }
            }
            if !alone && so_far + self.unknown > best[from + 1].0 {
                best[from + 1] = (so_far + self.unknown, from, UNKNOWN);
            }
        }
        let mut ids = vec![END];
        let mut at = count;
        while at > 0 {
            let (_, from, id) = best[at];
            // What is not known counts once, however long it is.
            if id != UNKNOWN || ids.last() != Some(&UNKNOWN) {
                ids.push(id);
            }
            at = from;
        }
        ids.push(BEGIN);
        ids.reverse();
        ids
    }
}
