//! The words of a channel's messages as this node holds them: their numbers, one after the other, so that a question's are
//! looked for in a hundred thousand messages in some milliseconds.

use std::collections::BTreeMap;
use std::ops::Range;
use time::OffsetDateTime;

/// A message's words, and where and when it was said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::memory) struct Line<'a> {
    /// The stretch of talk that it belongs to.
    pub stretch: i64,
    /// When, in seconds since 1970.
    pub said_at: i64,
    /// Its words, and how often each stands in it.
    pub terms: &'a [i32],
    pub counts: &'a [i16],
}

/// Lines by their numbers in the channel, in order.
#[derive(Default)]
pub(in crate::memory) struct Lines {
    seqs: Vec<i64>,
    stretches: Vec<i64>,
    /// In seconds since 1970.
    said_at: Vec<i64>,
    /// A bit for each of its words, of which others may have the same: most lines have none that is looked for.
    signs: Vec<u128>,
    /// Where the words of each end.
    ends: Vec<usize>,
    terms: Vec<i32>,
    counts: Vec<i16>,
}

impl Lines {
    /// Puts many there, each in place of the one before, and takes away those of which there is none; the last one of each
    /// number counts.
    pub fn put_all(&mut self, mut new: Vec<(i64, Option<Line<'_>>)>) {
        new.sort_by_key(|(seq, _)| *seq);
        new.reverse();
        new.dedup_by_key(|(seq, _)| *seq);
        new.reverse();
        new.retain(|(seq, line)| self.get(*seq) != *line);
        let Some((first, _)) = new.first() else { return };
        let from = self.seqs.partition_point(|seq| seq < first);
        // What comes behind is all there is mostly; else what stands behind the first is put down anew.
        let behind = self.split_off(from);
        let mut old = 0;
        for (seq, line) in new {
            while old < behind.seqs.len() && behind.seqs[old] < seq {
                self.push(behind.seqs[old], behind.line(old));
                old += 1;
            }
            old += usize::from(behind.seqs.get(old) == Some(&seq));
            if let Some(line) = line {
                self.push(seq, line);
            }
        }
        for at in old..behind.seqs.len() {
            self.push(behind.seqs[at], behind.line(at));
        }
    }

    fn split_off(&mut self, from: usize) -> Self {
        let begin = self.words(0..from).end;
        Self {
            seqs: self.seqs.split_off(from),
            stretches: self.stretches.split_off(from),
            said_at: self.said_at.split_off(from),
            signs: self.signs.split_off(from),
            ends: self.ends.split_off(from).into_iter().map(|end| end - begin).collect(),
            terms: self.terms.split_off(begin),
            counts: self.counts.split_off(begin),
        }
    }

    fn push(&mut self, seq: i64, line: Line<'_>) {
        self.seqs.push(seq);
        self.stretches.push(line.stretch);
        self.said_at.push(line.said_at);
        self.signs.push(line.terms.iter().fold(0, |signs, term| signs | sign(*term)));
        let both = line.terms.iter().zip(line.counts);
        self.terms.extend(both.clone().map(|(term, _)| *term));
        self.counts.extend(both.map(|(_, count)| *count));
        self.ends.push(self.terms.len());
    }

    /// Where the words of these lines stand.
    fn words(&self, lines: Range<usize>) -> Range<usize> {
        let end = |at: usize| at.checked_sub(1).map_or(0, |before| self.ends[before]);
        end(lines.start)..end(lines.end)
    }

    fn line(&self, at: usize) -> Line<'_> {
        let words = self.words(at..at + 1);
        Line {
            stretch: self.stretches[at],
            said_at: self.said_at[at],
            terms: &self.terms[words.clone()],
            counts: &self.counts[words],
        }
    }

    /// The line of a number.
    pub fn get(&self, seq: i64) -> Option<Line<'_>> {
        self.seqs.binary_search(&seq).ok().map(|at| self.line(at))
    }

    fn within(&self, first: i64, last: i64) -> Range<usize> {
        let from = self.seqs.partition_point(|seq| *seq < first);
        from..self.seqs.partition_point(|seq| *seq <= last).max(from)
    }

    /// Of the lines from one number to another those in which words of questions stand, with how much these weigh: each is
    /// told with which question it is.
    pub fn with(&self, words: &Weights, (first, last): (i64, i64), mut found: impl FnMut(usize, i64, f32)) {
        let mut sums = vec![(0.0, false); words.questions];
        for at in self.within(first, last).filter(|at| self.signs[*at] & words.finds != 0) {
            let mut any = false;
            for word in self.words(at..at + 1) {
                for (question, weight, is_finder) in words.of_term(self.terms[word]) {
                    let sum = &mut sums[*question];
                    sum.0 += weight * f32::from(self.counts[word].min(3)).sqrt();
                    sum.1 |= is_finder;
                    any = true;
                }
            }
            if any {
                for (question, sum) in sums.iter_mut().enumerate() {
                    let (weight, finds) = std::mem::take(sum);
                    if finds {
                        found(question, self.seqs[at], weight);
                    }
                }
            }
        }
    }

    /// Of the lines from one number to another those of a time.
    pub fn of(
        &self,
        (from, to): (OffsetDateTime, OffsetDateTime),
        (first, last): (i64, i64),
    ) -> impl Iterator<Item = (i64, i64)> {
        let time = from.unix_timestamp()..to.unix_timestamp();
        self.within(first, last)
            .filter(move |at| time.contains(&self.said_at[*at]))
            .map(|at| (self.said_at[at], self.seqs[at]))
    }
}

/// The bit of a word.
const fn sign(term: i32) -> u128 {
    1 << ((term as u32).wrapping_mul(0x9e37_79b1) >> 25)
}

/// A word of a question: its number, its weight, and whether it finds.
pub(in crate::memory) type Word = (i32, f32, bool);

/// Which question a word is in, what it weighs there, and whether it finds.
type In = (usize, f32, bool);

/// What the words of questions weigh, by their numbers.
pub(in crate::memory) struct Weights {
    /// A bit for each number up to the greatest: most words of a message are none of the questions', and this stays near the
    /// processor.
    any: Vec<u64>,
    /// By number, in which questions each is.
    words: Vec<(i32, Vec<In>)>,
    /// The signs of those that find.
    finds: u128,
    questions: usize,
}

impl Weights {
    /// Of the words of each question.
    pub fn of(questions: Vec<Vec<Word>>) -> Self {
        let mut words: BTreeMap<i32, Vec<In>> = BTreeMap::new();
        let count = questions.len();
        for (question, own) in questions.into_iter().enumerate() {
            for (term, weight, finds) in own.into_iter().filter(|(term, ..)| *term >= 0) {
                words.entry(term).or_default().push((question, weight, finds));
            }
        }
        let most = words.last_key_value().map_or(0, |(term, _)| *term as usize + 1);
        let mut any = vec![0_u64; most.div_ceil(64)];
        for term in words.keys() {
            any[*term as usize / 64] |= 1 << (*term as usize % 64);
        }
        let finders = words.iter().filter(|(_, of)| of.iter().any(|(.., finds)| *finds));
        let finds = finders.fold(0, |signs, (term, _)| signs | sign(*term));
        Self { any, words: words.into_iter().collect(), finds, questions: count }
    }

    /// How many questions there are.
    pub const fn questions(&self) -> usize {
        self.questions
    }

    fn of_term(&self, term: i32) -> &[In] {
        let is_any = self.any.get(term as usize / 64).is_some_and(|bits| bits >> (term as usize % 64) & 1 == 1);
        if !is_any {
            return &[];
        }
        let found = self.words.binary_search_by_key(&term, |(term, _)| *term);
        found.map_or(&[], |at| self.words[at].1.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(stretch: i64, terms: &'static [i32]) -> Line<'static> {
        const ONCE: [i16; 8] = [1; 8];
        Line { stretch, said_at: stretch * 10, terms, counts: &ONCE[..terms.len()] }
    }

    #[test]
    fn lines_are_as_they_were_put_there_last() {
        let mut lines = Lines::default();
        lines.put_all(vec![(3, Some(line(3, &[7, 9]))), (1, Some(line(1, &[])))]);
        lines.put_all(vec![(5, Some(line(3, &[8]))), (4, None), (6, Some(line(6, &[1, 2, 3])))]);
        lines.put_all(vec![(3, Some(line(3, &[9]))), (5, None), (1, Some(line(1, &[2]))), (3, Some(line(3, &[4, 7])))]);
        assert_eq!((&lines.seqs[..], &lines.ends[..]), (&[1, 3, 6][..], &[1, 3, 6][..]));
        assert_eq!(lines.get(3), Some(line(3, &[4, 7])));
        assert_eq!((lines.get(5), lines.get(1)), (None, Some(line(1, &[2]))));
        let weights = Weights::of(vec![
            vec![(7, 2.0, true), (2, 1.0, true), (3, 0.5, false)],
            vec![(3, 0.5, false), (4, 3.0, true)],
        ]);
        let with = |within| {
            let mut found = Vec::new();
            lines.with(&weights, within, |question, seq, weight| found.push((question, seq, weight)));
            found
        };
        assert_eq!(with((0, 9)), [(0, 1, 1.0), (0, 3, 2.0), (1, 3, 3.0), (0, 6, 1.5)]);
        assert_eq!(with((4, 5)), []);
        let time = |at: i64| OffsetDateTime::from_unix_timestamp(at).unwrap();
        assert_eq!(lines.of((time(30), time(60)), (0, 9)).collect::<Vec<_>>(), [(30, 3)]);
        lines.put_all(vec![(1, None), (3, None), (6, None)]);
        assert!(lines.seqs.is_empty() && lines.terms.is_empty());
    }
}
