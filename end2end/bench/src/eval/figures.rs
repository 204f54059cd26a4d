//! How much of the evidence is among the first that were found.

use super::dialogues::{Question, Turn};
use crate::figures::rounded;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What one question's order of turns reached.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    turns: [f64; 3],
    sessions: [f64; 2],
}

const TURNS: [usize; 3] = [5, 10, 20];
const SESSIONS: [usize; 2] = [5, 10];

/// Shares, summed up by category.
#[derive(Default)]
pub struct Tally(BTreeMap<String, (Reached, u32)>);

fn share<T: Ord>(found: impl Iterator<Item = T>, evidence: &BTreeSet<T>) -> f64 {
    // What nothing speaks of cannot be missed.
    if evidence.is_empty() {
        return 1.0;
    }
    let found: BTreeSet<T> = found.filter(|one| evidence.contains(one)).collect();
    found.len() as f64 / evidence.len() as f64
}

impl Tally {
    /// Adds a question, with the turns that were found for it, the likeliest first.
    pub fn add(&mut self, question: &Question, found: &[Turn]) {
        let sessions: BTreeSet<u32> = question.evidence.iter().map(|(session, _)| *session).collect();
        let mut order = Vec::new();
        for (session, _) in found {
            if !order.contains(session) {
                order.push(*session);
            }
        }
        let (sum, count) = self.0.entry(question.category.clone()).or_default();
        for (at, most) in TURNS.iter().enumerate() {
            sum.turns[at] += share(found.iter().take(*most).copied(), &question.evidence);
        }
        for (at, most) in SESSIONS.iter().enumerate() {
            sum.sessions[at] += share(order.iter().take(*most).copied(), &sessions);
        }
        *count += 1;
    }

    /// In percent.
    pub fn told(&self) -> Value {
        let mut all = (Reached::default(), 0_u32);
        let mut categories = Map::new();
        let percent = |sum: f64, count: u32| rounded(sum * 100.0 / f64::from(count.max(1)));
        for (name, (reached, count)) in &self.0 {
            for (sum, one) in all.0.turns.iter_mut().zip(reached.turns) {
                *sum += one;
            }
            for (sum, one) in all.0.sessions.iter_mut().zip(reached.sessions) {
                *sum += one;
            }
            all.1 += count;
            let told = json!({
                "turn_r10": percent(reached.turns[1], *count),
                "session_r10": percent(reached.sessions[1], *count),
                "n": count,
            });
            categories.insert(name.clone(), told);
        }
        let (reached, count) = all;
        json!({
            "turn": {
                "r5": percent(reached.turns[0], count), "r10": percent(reached.turns[1], count),
                "r20": percent(reached.turns[2], count),
            },
            "session": {"r5": percent(reached.sessions[0], count), "r10": percent(reached.sessions[1], count)},
            "by_category": categories,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_evidence() {
        let question = |evidence: &[Turn]| Question {
            text: String::new(),
            evidence: evidence.iter().copied().collect(),
            category: "single".into(),
            language: None,
        };
        let mut tally = Tally::default();
        tally.add(&question(&[(1, 1), (2, 9)]), &[(3, 1), (1, 1), (2, 3)]);
        tally.add(&question(&[]), &[]);
        let told = tally.told();
        assert_eq!((told["turn"]["r5"].as_f64(), told["session"]["r5"].as_f64()), (Some(75.0), Some(100.0)));
        assert_eq!(told["by_category"]["single"]["n"], 2);
    }
}
