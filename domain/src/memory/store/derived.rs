//! The words of what is derived, as they are counted.

use crate::Result;
use crate::memory::words::{Language, cut};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A text's terms by number, how often each stands in it, and how many words there are in all.
pub(in crate::memory) struct Counted {
    pub ids: Vec<i32>,
    pub counts: Vec<i16>,
    pub length: i32,
    pub language: &'static str,
}

/// Counts the words of a text, and of the name of whom it is about.
pub(in crate::memory) async fn counted(
    db: &mut PgConnection,
    name: &str,
    text: &str,
    spoken: Option<Language>,
) -> Result<Counted> {
    let cut = cut(&format!("{name} {text}"), spoken);
    let mut counts: BTreeMap<&str, i16> = BTreeMap::new();
    for term in &cut.terms {
        let count = counts.entry(term).or_default();
        *count = count.saturating_add(1);
    }
    let known = super::terms(db, &counts.keys().copied().collect::<Vec<&str>>()).await?;
    let (ids, counts): (Vec<i32>, Vec<i16>) =
        counts.iter().filter_map(|(term, count)| Some((*known.get(*term)?, *count))).unzip();
    let length = counts.iter().map(|count| i32::from(*count)).sum();
    Ok(Counted { ids, counts, length, language: cut.language.code() })
}
