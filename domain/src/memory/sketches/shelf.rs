//! Vectors of one kind and place as sketches: of each number its sign alone. Comparing them takes some nanoseconds.
//!
//! Charikar 2002, "Similarity estimation techniques from rounding algorithms", is where signs come from; that a question
//! keeps its numbers, and only what is searched has none, is asymmetric comparison (Dong, Charikar, Li 2008).

use pulp::Arch;

/// How many times as many as are wanted are looked at more closely.
const CLOSER: usize = 24;
/// Fewer new ones than these are put where they belong one by one.
const FEW: usize = 64;

/// The signs of a vector's numbers, eight to a byte.
pub fn sketch(vector: &[f32]) -> Vec<u8> {
    let byte = |numbers: &[f32]| {
        numbers.iter().enumerate().fold(0_u8, |byte, (at, number)| byte | (u8::from(*number > 0.0) << at))
    };
    vector.chunks(8).map(byte).collect()
}

/// A question's vector, prepared for being compared.
pub(in crate::memory) struct Probe {
    signs: Vec<u64>,
    /// For each byte of a sketch what it adds to the product, for all of its 256 values.
    parts: Vec<[f32; 256]>,
    /// What makes a cosine of a product.
    scale: f32,
}

impl Probe {
    pub fn of(vector: &[f32]) -> Self {
        let parts = vector.chunks(8).map(|numbers| {
            let mut sums = [0.0; 256];
            sums[0] = -numbers.iter().sum::<f32>();
            for value in 1..sums.len() {
                // The same with its lowest sign the other way.
                let lowest = numbers.get(value.trailing_zeros() as usize).copied().unwrap_or_default();
                sums[value] = sums[value & (value - 1)] + 2.0 * lowest;
            }
            sums
        });
        // The mean of |x| over a unit vector of n normal numbers is √(2/πn).
        let scale = (std::f32::consts::PI / 2.0 / vector.len().max(1) as f32).sqrt();
        Self { signs: wide(&sketch(vector)), parts: parts.collect(), scale }
    }

    /// In how many signs each of some sketches differs, one after the other.
    fn distances(&self, rows: &[u64]) -> Vec<u16> {
        // With what the processor has for counting bits, where it has it.
        Arch::new().dispatch(|| {
            let rows = rows.chunks_exact(self.signs.len().max(1));
            rows.map(|row| self.signs.iter().zip(row).map(|(mine, other)| (mine ^ other).count_ones() as u16).sum())
                .collect()
        })
    }

    /// About the cosine with the vector that was sketched.
    fn cosine(&self, row: &[u64]) -> f32 {
        // Four sums that do not wait for each other.
        let mut sums = [0.0_f32; 4];
        for (parts, word) in self.parts.chunks(8).zip(row) {
            for (at, (part, byte)) in parts.iter().zip(word.to_le_bytes()).enumerate() {
                sums[at % 4] += part[usize::from(byte)];
            }
        }
        sums.iter().sum::<f32>() * self.scale
    }
}

/// A sketch in words of 64 bits.
fn wide(sketch: &[u8]) -> Vec<u64> {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    sketch.chunks(8).map(word).collect()
}

/// What is put there under a key; nothing where it is taken away.
pub(in crate::memory) type New<'a, K> = (K, Option<&'a [u8]>);

/// Sketches by key, in its order.
#[derive(Default)]
pub(in crate::memory) struct Shelf<K> {
    keys: Vec<K>,
    /// As many words for each key.
    rows: Vec<u64>,
    words: usize,
}

impl<K: Ord + Copy + Default> Shelf<K> {
    /// Puts a sketch there, in place of the one before. One of another length is left out.
    pub fn put(&mut self, key: K, sketch: &[u8]) {
        let row = wide(sketch);
        if self.keys.is_empty() {
            self.words = row.len();
        }
        if row.len() != self.words {
            return;
        }
        match self.keys.binary_search(&key) {
            Ok(at) => self.rows[at * self.words..(at + 1) * self.words].copy_from_slice(&row),
            Err(at) => {
                self.keys.insert(at, key);
                self.rows.splice(at * self.words..at * self.words, row);
            }
        }
    }

    /// Puts many there, and takes away those of which there is none, the last one of each key counting.
    pub fn put_all(&mut self, mut new: Vec<New<'_, K>>) {
        if new.len() < FEW {
            for (key, sketch) in new {
                match sketch {
                    Some(sketch) => self.put(key, sketch),
                    None => self.remove_all(&[key]),
                }
            }
            return;
        }
        let words = new.iter().find_map(|(_, sketch)| Some(wide((*sketch)?).len())).unwrap_or(self.words);
        if self.keys.is_empty() {
            self.words = words;
        }
        new.sort_by_key(|(key, _)| *key);
        new.reverse();
        new.dedup_by_key(|(key, _)| *key);
        new.reverse();
        let old = std::mem::take(self);
        self.words = old.words;
        let mut old_at = 0;
        for (key, sketch) in new {
            while old_at < old.keys.len() && old.keys[old_at] < key {
                self.push(old.keys[old_at], old.row(old_at));
                old_at += 1;
            }
            old_at += usize::from(old.keys.get(old_at) == Some(&key));
            if let Some(row) = sketch.map(wide).filter(|row| row.len() == self.words) {
                self.push(key, &row);
            }
        }
        for at in old_at..old.keys.len() {
            self.push(old.keys[at], old.row(at));
        }
    }

    fn push(&mut self, key: K, row: &[u64]) {
        self.keys.push(key);
        self.rows.extend_from_slice(row);
    }

    /// Takes sketches away.
    pub fn remove_all(&mut self, keys: &[K]) {
        let mut gone: Vec<K> = keys.to_vec();
        gone.sort_unstable();
        if !gone.iter().any(|key| self.keys.binary_search(key).is_ok()) {
            return;
        }
        let old = std::mem::take(self);
        self.words = old.words;
        for (at, key) in old.keys.iter().enumerate().filter(|(_, key)| gone.binary_search(key).is_err()) {
            self.push(*key, old.row(at));
        }
    }

    fn row(&self, at: usize) -> &[u64] {
        &self.rows[at * self.words..(at + 1) * self.words]
    }

    /// Where the one of a key stands.
    pub fn find(&self, key: K) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// About the cosine of the one that stands there.
    pub fn cosine(&self, probe: &Probe, at: usize) -> Option<f32> {
        (probe.signs.len() == self.words).then(|| probe.cosine(self.row(at)))
    }

    /// Where the keys from one to another stand.
    fn places(&self, from: K, to: K) -> std::ops::Range<usize> {
        let first = self.keys.partition_point(|key| *key < from);
        first..self.keys.partition_point(|key| *key <= to).max(first)
    }
}

/// A shelf that is looked through from one key to another.
pub(in crate::memory) type Within<'a, K> = (&'a Shelf<K>, K, K);

/// Of several shelves, those of their sketches that are nearest to a question, with about their cosines, the nearest first.
pub(in crate::memory) fn nearest<K: Ord + Copy + Default>(
    probe: &Probe,
    shelves: &[Within<'_, K>],
    most: usize,
) -> Vec<(usize, K, f32)> {
    let fitting = || shelves.iter().enumerate().filter(|(_, (shelf, ..))| shelf.words == probe.signs.len());
    // How far off the many are that are looked at more closely.
    let mut by_distance = vec![0_usize; probe.signs.len() * 64 + 1];
    let mut distances: Vec<u16> = Vec::new();
    for (_, (shelf, from, to)) in fitting() {
        let places = shelf.places(*from, *to);
        distances.extend(probe.distances(&shelf.rows[places.start * shelf.words..places.end * shelf.words]));
    }
    for distance in &distances {
        by_distance[usize::from(*distance)] += 1;
    }
    let mut sum = 0;
    let limit = by_distance.iter().position(|count| {
        sum += count;
        sum >= most.saturating_mul(CLOSER)
    });
    let limit = limit.unwrap_or(by_distance.len()) as u16;
    let mut best: Vec<Near<K>> = Vec::new();
    let mut distances = distances.iter();
    for (number, (shelf, from, to)) in fitting() {
        for at in shelf.places(*from, *to) {
            if distances.next().is_some_and(|distance| *distance <= limit) {
                best.push(Near { cosine: probe.cosine(shelf.row(at)), shelf: number, key: shelf.keys[at] });
            }
        }
    }
    if best.len() > most && most > 0 {
        best.select_nth_unstable(most - 1);
    }
    best.truncate(most);
    best.sort_unstable();
    best.into_iter().map(|near| (near.shelf, near.key, near.cosine)).collect()
}

/// Of two the farther one is the greater.
struct Near<K> {
    cosine: f32,
    shelf: usize,
    key: K,
}

impl<K: Ord> Ord for Near<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.cosine.total_cmp(&self.cosine).then_with(|| (self.shelf, &self.key).cmp(&(other.shelf, &other.key)))
    }
}

impl<K: Ord> PartialOrd for Near<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord> PartialEq for Near<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K: Ord> Eq for Near<K> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors around some middles, as those of texts are.
    fn vectors(count: usize) -> Vec<Vec<f32>> {
        let mut state = 7_u64;
        let mut random = || {
            // SplitMix64 (Steele, Lea, Flood 2014), summed to something like a bell.
            let mut sum = 0.0_f32;
            for _ in 0..6 {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = state;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                sum += ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 24) as f32 - 0.5;
            }
            sum
        };
        let middles: Vec<Vec<f32>> = (0..40).map(|_| (0..512).map(|_| random()).collect()).collect();
        (0..count)
            .map(|at| {
                let mut vector: Vec<f32> = middles[at % 40].iter().map(|number| number + random()).collect();
                let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
                vector.iter_mut().for_each(|number| *number /= length);
                vector
            })
            .collect()
    }

    fn product(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn the_nearest_are_among_those_that_are_looked_at() {
        let all = vectors(4_000);
        let mut shelves = [Shelf::default(), Shelf::default()];
        for (at, vector) in all.iter().enumerate() {
            shelves[at % 2].put(at as i64, &sketch(vector));
        }
        let shelves = [(&shelves[0], 0, i64::MAX), (&shelves[1], 0, i64::MAX)];
        let (mut found, mut off) = (0, 0.0_f32);
        for question in all.iter().step_by(100) {
            let mut exact: Vec<(usize, f32)> =
                all.iter().enumerate().map(|(at, vector)| (at, product(question, vector))).collect();
            exact.sort_by(|a, b| b.1.total_cmp(&a.1));
            let near = nearest(&Probe::of(question), &shelves, 150);
            assert_eq!(near.len(), 150);
            assert!(near.iter().all(|(shelf, key, _)| *key % 2 == *shelf as i64));
            found += exact[..10].iter().filter(|(at, _)| near.iter().any(|(_, key, _)| *key == *at as i64)).count();
            for (_, key, cosine) in &near[1..] {
                off = off.max((cosine - product(question, &all[*key as usize])).abs());
            }
        }
        assert!(found >= 396, "{found} of 400");
        assert!(off < 0.16, "{off}");
    }

    #[test]
    fn many_are_put_there_at_once_as_one_by_one() {
        let sketches: Vec<Vec<u8>> = (0..=255_u8).map(|byte| vec![byte; 8]).collect();
        let (mut one, mut all) = (Shelf::default(), Shelf::default());
        for round in 0..4_usize {
            let new: Vec<(usize, Option<&[u8]>)> = (0..200)
                .map(|at| ((at * 37 + round * 11) % 150, (at % 5 > 0).then(|| sketches[(at + round) % 256].as_slice())))
                .collect();
            for (key, sketch) in &new {
                match sketch {
                    Some(sketch) => one.put(*key, sketch),
                    None => one.remove_all(&[*key]),
                }
            }
            all.put_all(new);
            assert_eq!((&one.keys, &one.rows), (&all.keys, &all.rows));
        }
    }

    #[test]
    fn a_shelf_holds_what_was_put_there_last() {
        let mut shelf = Shelf::default();
        let (up, down) = (sketch(&[1.0; 100]), sketch(&[-1.0; 100]));
        for key in [5, 1, 3] {
            shelf.put(key, &down);
        }
        shelf.put(3, &up);
        shelf.put(4, &[1]);
        shelf.remove_all(&[2, 1]);
        let probe = Probe::of(&[0.1; 100]);
        let keys = |from, to| -> Vec<i32> {
            nearest(&probe, &[(&shelf, from, to)], 9).into_iter().map(|(_, key, _)| key).collect()
        };
        assert_eq!(keys(0, 9), [3, 5]);
        assert_eq!(keys(4, 9), [5]);
        assert_eq!((keys(6, 9), keys(9, 0)), (vec![], vec![]));
        assert!(shelf.cosine(&probe, shelf.find(3).unwrap()).unwrap() > 0.9 && shelf.find(4).is_none());
        assert!(nearest(&Probe::of(&[1.0; 9]), &[(&shelf, 0, 9)], 9).is_empty());
    }
}
