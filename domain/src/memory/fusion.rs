//! How evidence becomes one order: words by BM25, lifted by what stands beside them and by the stretch of talk that they
//! belong to, and the nearness of vectors, each brought to the same scale and weighted. Pure.

use std::collections::HashMap;

/// BM25's two constants (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.4): how fast more
/// of the same word counts less, and how much long texts are held back.
const K1: f32 = 1.2;
const B: f32 = 0.6;
/// What a word that says little by itself weighs.
const COMMON: f32 = 0.2;
/// How much of its neighbours' words a message is lifted by, one and two places away.
const BESIDE: [f32; 2] = [0.5, 0.2];

/// How much each kind of evidence weighs. Chosen on two thirds of the project's own dialogues.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    /// Its own words.
    pub words: f32,
    /// Its neighbours'.
    pub beside: f32,
    /// Those of its stretch.
    pub stretch: f32,
    /// The vector of it alone.
    pub turn: f32,
    /// The vector of it among its neighbours.
    pub around: f32,
}

pub(super) const WEIGHTS: Weights = Weights { words: 1.0, beside: 0.25, stretch: 0.35, turn: 0.6, around: 1.2 };

/// A word of the question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Its number.
    pub term: i32,
    /// In how many messages it stands.
    pub df: i32,
    /// Whether it says little by itself.
    pub common: bool,
    /// Whether it is no word of the question, but of the talk that this belongs to: it lifts, and is not asked for.
    pub beside: bool,
}

/// A message that could be meant.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Which channel, by any number of its own.
    pub place: usize,
    pub seq: i64,
    pub stretch: i64,
    pub length: i32,
    /// How often each of the wanted words stands in it.
    pub counts: Vec<(i32, i16)>,
    /// The cosine of its vectors with the question's, where there are both.
    pub turn: Option<f32>,
    pub around: Option<f32>,
}

/// How often each of the wanted words stands in a text, of all of its words.
pub(super) fn wanted_of(wanted: &[Wanted], terms: &[i32], counts: &[i16]) -> Vec<(i32, i16)> {
    let all = terms.iter().copied().zip(counts.iter().copied());
    all.filter(|(term, _)| wanted.iter().any(|one| one.term == *term)).collect()
}

/// The evidence for a message, each kind from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    pub words: f32,
    pub beside: f32,
    pub stretch: f32,
    pub turn: f32,
    pub around: f32,
    /// How much of what the question asks for by words stands in it, by weight: all of it is 1.
    pub share: f32,
}

impl Evidence {
    /// All of it as one number.
    pub fn score(&self, weights: &Weights) -> f32 {
        let Self { words, beside, stretch, turn, around, .. } = *self;
        words * weights.words
            + beside * weights.beside
            + stretch * weights.stretch
            + turn * weights.turn
            + around * weights.around
    }
}

/// What a word weighs that stands in `df` of `all` messages.
pub(super) fn rarity(wanted: &Wanted, all: i64) -> f32 {
    let (df, all) = (wanted.df as f32, all.max(i64::from(wanted.df)) as f32);
    let weight = ((all - df + 0.5) / (df + 0.5) + 1.0).ln();
    if wanted.common || wanted.beside { weight * COMMON } else { weight }
}

/// BM25 of a text that holds words so often, of such a length where texts have `usual`.
fn bm25(counts: impl Iterator<Item = (f32, f32)>, length: f32, usual: f32) -> f32 {
    counts
        .map(|(weight, count)| weight * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / usual.max(1.0))))
        .sum()
}

/// The evidence for each candidate. `all`: how many messages there are; `unknown`: words of the question that stand in
/// none of them.
pub(super) fn weigh(candidates: &[Candidate], wanted: &[Wanted], unknown: usize, all: i64) -> Vec<Evidence> {
    let weights: HashMap<i32, f32> = wanted.iter().map(|one| (one.term, rarity(one, all))).collect();
    let mean = |lengths: &[f32]| lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
    let lengths: Vec<f32> = candidates.iter().map(|one| one.length as f32).collect();
    let usual = mean(&lengths);
    let own: Vec<f32> = candidates
        .iter()
        .map(|one| {
            let counts = one.counts.iter().filter_map(|(term, count)| Some((*weights.get(term)?, f32::from(*count))));
            bm25(counts, one.length as f32, usual)
        })
        .collect();
    let by_place: HashMap<(usize, i64), f32> =
        candidates.iter().zip(&own).map(|(one, words)| ((one.place, one.seq), *words)).collect();
    let near = |one: &Candidate, far: i64| by_place.get(&(one.place, one.seq + far)).copied().unwrap_or(0.0);
    let beside: Vec<f32> = candidates
        .iter()
        .map(|one| (1_i64..).zip(BESIDE).map(|(far, share)| share * (near(one, far) + near(one, -far))).sum())
        .collect();
    let mut stretches: HashMap<(usize, i64), (f32, HashMap<i32, f32>)> = HashMap::new();
    for one in candidates {
        let (length, counts) = stretches.entry((one.place, one.stretch)).or_default();
        *length += one.length as f32;
        for (term, count) in &one.counts {
            *counts.entry(*term).or_default() += f32::from(*count);
        }
    }
    let usual = mean(&stretches.values().map(|(length, _)| *length).collect::<Vec<f32>>());
    let of_stretch: HashMap<(usize, i64), f32> = stretches
        .into_iter()
        .map(|(key, (length, counts))| {
            let counts = counts.into_iter().filter_map(|(term, count)| Some((*weights.get(&term)?, count)));
            (key, bm25(counts, length, usual))
        })
        .collect();
    let stretch: Vec<f32> =
        candidates.iter().map(|one| of_stretch.get(&(one.place, one.stretch)).copied().unwrap_or(0.0)).collect();
    let nowhere = rarity(&Wanted { term: 0, df: 0, common: false, beside: false }, all) * unknown as f32;
    let asks: HashMap<i32, f32> =
        wanted.iter().filter(|one| !one.beside).map(|one| (one.term, rarity(one, all))).collect();
    let asked_for = nowhere + asks.values().sum::<f32>();
    let shares: Vec<f32> = candidates
        .iter()
        .map(|one| one.counts.iter().filter_map(|(term, _)| asks.get(term)).sum::<f32>() / asked_for.max(f32::EPSILON))
        .collect();
    let (words, beside, stretch) = (to_one(&own), to_one(&beside), to_one(&stretch));
    let turn = spread(candidates.iter().map(|one| one.turn));
    let around = spread(candidates.iter().map(|one| one.around));
    (0..candidates.len())
        .map(|at| Evidence {
            words: words[at],
            beside: beside[at],
            stretch: stretch[at],
            turn: turn[at],
            around: around[at],
            share: shares[at],
        })
        .collect()
}

/// Numbers as shares of the largest.
fn to_one(numbers: &[f32]) -> Vec<f32> {
    let most = numbers.iter().copied().fold(0.0, f32::max);
    numbers.iter().map(|number| if most > 0.0 { number / most } else { 0.0 }).collect()
}

/// Nearness from the least, 0, to the most, 1; what has none is as far as the farthest.
fn spread(numbers: impl Iterator<Item = Option<f32>> + Clone) -> Vec<f32> {
    let known = numbers.clone().flatten();
    let least = known.clone().fold(f32::INFINITY, f32::min);
    let most = known.fold(f32::NEG_INFINITY, f32::max);
    let span = (most - least).max(f32::EPSILON);
    numbers.map(|number| number.map_or(0.0, |number| (number - least) / span)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(seq: i64, counts: &[(i32, i16)], turn: f32) -> Candidate {
        Candidate {
            place: 0,
            seq,
            stretch: seq / 10 * 10,
            length: 8,
            counts: counts.to_vec(),
            turn: Some(turn),
            around: None,
        }
    }

    #[test]
    fn rare_words_find_and_neighbours_are_lifted() {
        let rare = Wanted { term: 1, df: 2, common: false, beside: false };
        let usual = Wanted { term: 2, df: 400, common: false, beside: false };
        let small = Wanted { term: 3, df: 10, common: true, beside: false };
        let all = [said(1, &[(2, 1)], 0.1), said(5, &[(1, 1)], 0.1), said(6, &[], 0.1), said(30, &[(3, 3)], 0.1)];
        let evidence = weigh(&all, &[rare, usual, small], 0, 1_000);
        assert!(evidence[1].share > 0.6 && evidence[2].share < 0.001);
        assert!(weigh(&all, &[rare], 2, 1_000)[1].share < 0.4);
        assert!(evidence[1].words > 0.999);
        assert!(evidence[0].words < 0.3 && evidence[3].words < 0.4);
        assert!(evidence[2].words < 0.001 && evidence[2].beside > 0.999);
        assert!(evidence[2].stretch > evidence[3].stretch);
        let context = Wanted { term: 3, df: 10, common: false, beside: true };
        let lifted = weigh(&all, &[rare, usual, context], 0, 1_000);
        assert!(lifted[3].words > 0.0 && lifted[3].share < 0.001, "what is beside lifts, and is not asked for");
        let score = |at: usize| evidence[at].score(&WEIGHTS);
        assert!(score(1) > score(2) && score(2) > score(3));
    }

    #[test]
    fn without_words_the_vectors_decide_and_without_vectors_the_words() {
        let all = [said(1, &[], 0.2), said(2, &[], 0.9)];
        let evidence = weigh(&all, &[], 0, 2);
        assert!(evidence[0].turn < 0.001 && evidence[1].turn > 0.999);
        assert!(evidence.iter().all(|one| one.words < 0.001 && one.around < 0.001));
        assert!(weigh(&[], &[], 0, 0).is_empty());
    }
}
