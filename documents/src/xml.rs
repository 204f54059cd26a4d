//! XML as it comes inside of other documents.

use model::Unreadable;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;

/// Something that stands in a document.
pub enum Part<'a> {
    /// An element begins; whether it ends at once.
    Begins(&'a BytesStart<'a>, bool),
    /// The element of this name, without its prefix, ends.
    Ends(&'a str),
    /// Words.
    Text(&'a str),
}

/// Tells each part of a document, in its order.
pub fn each(xml: &str, mut tell: impl FnMut(Part<'_>)) -> Result<(), Unreadable> {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_event().map_err(|_| Unreadable::Damaged)? {
            Event::Start(element) => tell(Part::Begins(&element, false)),
            Event::Empty(element) => tell(Part::Begins(&element, true)),
            Event::End(element) => tell(Part::Ends(element.local_name().as_ref())),
            Event::Text(text) => tell(Part::Text(&text.xml10_content())),
            Event::CData(text) => tell(Part::Text(&text.xml10_content())),
            Event::GeneralRef(entity) => tell(Part::Text(&meant(&entity))),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// What a reference stands for; one that nobody knows, for nothing.
fn meant(entity: &BytesRef<'_>) -> String {
    let character = entity.resolve_char_ref().ok().flatten().map(String::from);
    character.or_else(|| resolve_predefined_entity(entity).map(str::to_owned)).unwrap_or_default()
}

/// The value of an attribute, whatever its prefix.
pub fn value(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let mut named = attributes.with_checks(false).flatten().filter(|one| one.key.local_name().as_ref() == name);
    named.next().and_then(|one| one.normalized_value(XmlVersion::Implicit1_0).ok()).map(Cow::into_owned)
}
