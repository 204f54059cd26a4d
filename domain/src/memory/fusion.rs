//! How evidence becomes one order: words by BM25, lifted by what stands beside them and by the stretch of talk that they
//! belong to, and the nearness of vectors, each brought to the same scale and weighted. Pure.

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

/// A message that could be meant, by its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    /// Which channel, by any number of its own.
    pub place: usize,
    pub seq: i64,
    pub stretch: i64,
    pub length: i32,
    /// Which of the wanted words stand in it, and how often each.
    pub counts: &'a [(usize, i16)],
}

impl<'a> Candidate<'a> {
    /// A text that stands for itself: no neighbours lift it.
    pub fn alone(place: usize, length: i32, counts: &'a [(usize, i16)]) -> Self {
        Self { place, seq: 0, stretch: 0, length, counts }
    }
}

/// Which of the wanted words stand in a text and how often each, of all of its words.
pub(super) fn wanted_of(wanted: &[Wanted], terms: &[i32], counts: &[i16]) -> Vec<(usize, i16)> {
    let all = terms.iter().zip(counts);
    let which = |term: &i32| wanted.iter().position(|one| one.term == *term);
    all.filter_map(|(term, count)| Some((which(term)?, *count))).collect()
}

/// The evidence of its words for a message, each kind from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ByWords {
    words: f32,
    beside: f32,
    stretch: f32,
    share: f32,
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

/// The evidence of words for each candidate. `all`: how many messages there are; `unknown`: words of the question that stand
/// in none of them.
pub(super) fn by_words(candidates: &[Candidate<'_>], wanted: &[Wanted], unknown: usize, all: i64) -> Vec<ByWords> {
    let weights: Vec<f32> = wanted.iter().map(|one| rarity(one, all)).collect();
    let weighed = |counts: &[(usize, i16)]| -> Vec<(f32, f32)> {
        counts.iter().map(|(at, n)| (weights[*at], f32::from(*n))).collect()
    };
    let usual = mean(candidates.iter().map(|one| one.length as f32));
    let own: Vec<f32> =
        candidates.iter().map(|one| bm25(weighed(one.counts).into_iter(), one.length as f32, usual)).collect();
    // As they were said, so that neighbours stand side by side.
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_unstable_by_key(|at| (candidates[*at].place, candidates[*at].seq));
    let beside = beside(candidates, &own, &order);
    let stretch = by_stretch(candidates, &weights, order);
    let nowhere = rarity(&Wanted { term: 0, df: 0, common: false, beside: false }, all) * unknown as f32;
    let asks = |at: usize| if wanted[at].beside { 0.0 } else { weights[at] };
    let asked_for = (nowhere + (0..wanted.len()).map(asks).sum::<f32>()).max(f32::EPSILON);
    let share = candidates.iter().map(|one| one.counts.iter().map(|(at, _)| asks(*at)).sum::<f32>() / asked_for);
    let lifts = to_one(&own).into_iter().zip(to_one(&beside)).zip(to_one(&stretch));
    lifts.zip(share).map(|(((words, beside), stretch), share)| ByWords { words, beside, stretch, share }).collect()
}

/// What the words of each one's neighbours lift it by; `order`: as they were said.
fn beside(candidates: &[Candidate<'_>], own: &[f32], order: &[usize]) -> Vec<f32> {
    let mut beside = vec![0.0; candidates.len()];
    for (n, at) in order.iter().enumerate() {
        for next in &order[n + 1..] {
            let (one, other) = (&candidates[*at], &candidates[*next]);
            let Some(share) = far(one, other).and_then(|far| BESIDE.get(far)) else { break };
            beside[*at] += share * own[*next];
            beside[*next] += share * own[*at];
        }
    }
    beside
}

/// How many stand between one and a later one, where they are of one place.
fn far(one: &Candidate<'_>, later: &Candidate<'_>) -> Option<usize> {
    let between = usize::try_from(later.seq - one.seq - 1).ok()?;
    (one.place == later.place).then_some(between)
}

/// BM25 of the whole stretch that each belongs to, as far as it is among them.
fn by_stretch(candidates: &[Candidate<'_>], weights: &[f32], mut order: Vec<usize>) -> Vec<f32> {
    let which = |at: &usize| (candidates[*at].place, candidates[*at].stretch);
    // They lie so already but for what was imported.
    order.sort_by_key(which);
    let stretches = || order.chunk_by(|a, b| which(a) == which(b));
    let length = |stretch: &[usize]| stretch.iter().map(|at| candidates[*at].length as f32).sum::<f32>();
    let usual = mean(stretches().map(length));
    let mut scores = vec![0.0; candidates.len()];
    let mut counts = vec![0.0; weights.len()];
    for stretch in stretches() {
        counts.fill(0.0);
        for (word, count) in stretch.iter().flat_map(|at| candidates[*at].counts) {
            counts[*word] += f32::from(*count);
        }
        let score = bm25(weights.iter().copied().zip(counts.iter().copied()), length(stretch), usual);
        stretch.iter().for_each(|at| scores[*at] = score);
    }
    scores
}

fn mean(numbers: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = numbers.fold((0.0, 0_u32), |(sum, count), number| (sum + number, count + 1));
    sum / count.max(1) as f32
}

/// All evidence for each candidate: that of its words, and the cosines of its vectors with the question's, by itself and among
/// its neighbours, where there are both.
pub(super) fn weigh(by_words: &[ByWords], cosines: impl Iterator<Item = [Option<f32>; 2]> + Clone) -> Vec<Evidence> {
    let (turn, around) = (spread(cosines.clone().map(|one| one[0])), spread(cosines.map(|one| one[1])));
    let all = by_words.iter().zip(turn).zip(around);
    all.map(|((by_words, turn), around)| {
        let ByWords { words, beside, stretch, share } = *by_words;
        Evidence { words, beside, stretch, turn, around, share }
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

    fn said(seq: i64, counts: &[(usize, i16)]) -> Candidate<'_> {
        Candidate { place: 0, seq, stretch: seq / 10 * 10, length: 8, counts }
    }

    fn weigh(all: &[Candidate<'_>], wanted: &[Wanted], unknown: usize, turns: &[f32]) -> Vec<Evidence> {
        super::weigh(&by_words(all, wanted, unknown, 1_000), turns.iter().map(|turn| [Some(*turn), None]))
    }

    #[test]
    fn rare_words_find_and_neighbours_are_lifted() {
        let rare = Wanted { term: 1, df: 2, common: false, beside: false };
        let usual = Wanted { term: 2, df: 400, common: false, beside: false };
        let small = Wanted { term: 3, df: 10, common: true, beside: false };
        let all = [said(1, &[(1, 1)]), said(5, &[(0, 1)]), said(6, &[]), said(30, &[(2, 3)])];
        let turns = [0.1; 4];
        let evidence = weigh(&all, &[rare, usual, small], 0, &turns);
        assert!(evidence[1].share > 0.6 && evidence[2].share < 0.001);
        assert!(weigh(&all[1..3], &[rare], 2, &turns)[0].share < 0.4);
        assert!(evidence[1].words > 0.999);
        assert!(evidence[0].words < 0.3 && evidence[3].words < 0.4);
        assert!(evidence[2].words < 0.001 && evidence[2].beside > 0.999);
        assert!(evidence[2].stretch > evidence[3].stretch);
        let context = Wanted { term: 3, df: 10, common: false, beside: true };
        let lifted = weigh(&all, &[rare, usual, context], 0, &turns);
        assert!(lifted[3].words > 0.0 && lifted[3].share < 0.001, "what is beside lifts, and is not asked for");
        let score = |at: usize| evidence[at].score(&WEIGHTS);
        assert!(score(1) > score(2) && score(2) > score(3));
    }

    #[test]
    fn without_words_the_vectors_decide_and_without_vectors_the_words() {
        let evidence = weigh(&[said(1, &[]), said(2, &[])], &[], 0, &[0.2, 0.9]);
        assert!(evidence[0].turn < 0.001 && evidence[1].turn > 0.999);
        assert!(evidence.iter().all(|one| one.words < 0.001 && one.around < 0.001));
        assert!(weigh(&[], &[], 0, &[]).is_empty());
    }

    #[test]
    fn neighbours_and_stretches_are_told_in_any_order() {
        let word = Wanted { term: 7, df: 3, common: false, beside: false };
        let one = |place: usize, seq: i64, stretch: i64, counts: &'static [(usize, i16)]| Candidate {
            place,
            seq,
            stretch,
            length: 4,
            counts,
        };
        let all = [
            one(1, 6, 6, &[]),
            one(0, 8, 3, &[]),
            one(0, 5, 3, &[(0, 1)]),
            one(0, 7, 3, &[]),
            one(0, 6, 3, &[]),
            one(0, 4, 1, &[]),
            one(0, 3, 3, &[]),
        ];
        let evidence = by_words(&all, &[word], 0, 1_000);
        let beside: Vec<f32> = evidence.iter().map(|one| one.beside).collect();
        assert_eq!(beside, [0.0, 0.0, 0.0, 0.4, 1.0, 1.0, 0.4]);
        let stretch: Vec<bool> = evidence.iter().map(|one| one.stretch > 0.0).collect();
        assert_eq!(stretch, [false, true, true, true, true, false, true]);
    }
}
