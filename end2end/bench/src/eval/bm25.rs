//! What plain search finds: BM25 over the turns, with stems, as it stands in the books (k1 1.2, b 0.75; Robertson and
//! Zaragoza 2009). The measure that recall has to beat.

use super::dialogues::{Dialogue, Turn};
use domain::memory::words::{Language, cut, is_common};
use std::collections::HashMap;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// A dialogue's turns as words.
pub struct Bm25 {
    turns: Vec<(Turn, HashMap<String, f64>, f64)>,
    frequencies: HashMap<String, f64>,
    usual: f64,
}

impl Bm25 {
    pub fn of(dialogue: &Dialogue) -> Self {
        let prior = dialogue.language.as_deref().and_then(Language::of_code);
        let mut frequencies: HashMap<String, f64> = HashMap::new();
        let turns: Vec<_> = dialogue
            .said
            .iter()
            .map(|said| {
                let cut = cut(&format!("{}: {}", said.speaker, said.text), prior);
                let mut counts: HashMap<String, f64> = HashMap::new();
                for term in cut.terms {
                    *counts.entry(term).or_default() += 1.0;
                }
                for term in counts.keys() {
                    *frequencies.entry(term.clone()).or_default() += 1.0;
                }
                let length = counts.values().sum();
                (said.turn, counts, length)
            })
            .collect();
        let usual = turns.iter().map(|(.., length)| length).sum::<f64>() / turns.len().max(1) as f64;
        Self { turns, frequencies, usual }
    }

    /// The turns for a question, the likeliest first; those that share no word with it are not found.
    pub fn find(&self, question: &str, language: Option<Language>) -> Vec<Turn> {
        let asked = cut(question, language);
        let all = self.turns.len() as f64;
        let mut found: Vec<(f64, Turn)> = Vec::new();
        for (turn, counts, length) in &self.turns {
            let score: f64 = asked
                .terms
                .iter()
                .filter(|term| !is_common(asked.language, term))
                .filter_map(|term| {
                    let (count, df) = (counts.get(term)?, self.frequencies.get(term)?);
                    let idf = ((all - df + 0.5) / (df + 0.5) + 1.0).ln();
                    Some(idf * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / self.usual)))
                })
                .sum();
            if score > 0.0 {
                found.push((score, *turn));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, turn)| turn).collect()
    }
}
