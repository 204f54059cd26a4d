//! Plain text, in whatever letters it was written down.

use crate::LONGEST;
use crate::outline::Outline;
use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8};
use model::Unreadable;

/// A text by its paragraphs.
pub fn read(file: &[u8]) -> Result<Outline, Unreadable> {
    let mut outline = Outline::default();
    outline.paragraph(&decoded(file, None)?);
    Ok(outline)
}

/// How much of a file it is judged by how it was written down.
const JUDGED: usize = 256 << 10;

/// The letters of a file: as its first bytes say, or as it says itself, else UTF-8, else as texts of that kind were written before.
pub fn decoded(file: &[u8], said: Option<&'static Encoding>) -> Result<String, Unreadable> {
    // A letter takes four bytes at most.
    if file.len() > LONGEST * 4 {
        return Err(Unreadable::TooLong);
    }
    let marked = Encoding::for_bom(file).map(|(encoding, _)| encoding);
    let encoding = marked.or(said).unwrap_or(UTF_8);
    let (text, used, broken) = encoding.decode(file);
    let text = if broken && used == UTF_8 && marked.is_none() { older(file).decode(file).0 } else { text };
    // What is no text has other signs in it.
    let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    if odd > text.chars().count() / 50 {
        return Err(Unreadable::Damaged);
    }
    Ok(text.replace("\r\n", "\n").replace(['\r', '\u{c}'], "\n"))
}

/// The encoding of a text that is no UTF-8, by how often its letters follow each other in each language.
fn older(file: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(&file[..file.len().min(JUDGED)], true);
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_all_kinds_are_read() {
        let utf16: Vec<u8> = [0xfeff_u16].into_iter().chain("żółw".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for (file, text) in [
            ("żółw".as_bytes(), "żółw"),
            (b"\xef\xbb\xbfa\r\nb".as_slice(), "a\nb"),
            (&utf16, "żółw"),
            (b"caf\xe9", "café"),
        ] {
            assert_eq!(decoded(file, None).unwrap(), text);
        }
        for (encoding, text) in [
            (
                encoding_rs::WINDOWS_1251,
                "Старый маяк стоит на скале у самого моря, и каждую ночь смотритель зажигает огонь.",
            ),
            (encoding_rs::WINDOWS_1250, "Zażółć gęślą jaźń. Stary młyn stoi nad rzeką, a jego koło jest z modrzewia."),
            (encoding_rs::SHIFT_JIS, "古い灯台は岬の上に立っていて、毎晩灯りがともります。"),
            (encoding_rs::GBK, "古老的灯塔矗立在海边的悬崖上，每天晚上都会亮起来。"),
        ] {
            let (file, ..) = encoding.encode(text);
            assert_eq!(decoded(&file, None).unwrap(), text);
        }
        assert_eq!(decoded(&[0, 1, 2, 3, 0, 0], None).unwrap_err(), Unreadable::Damaged);
        assert_eq!(decoded(&vec![b'a'; LONGEST * 4 + 1], None).unwrap_err(), Unreadable::TooLong);
    }
}
