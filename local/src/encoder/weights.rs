//! The encoder's numbers, from the archive that they are shipped in.

use super::NoEncoder;
use ndarray::{Array1, Array2};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Blocks of the table of embeddings, rows of each, and numbers of a row.
const BLOCKS: usize = 17;
const ROWS: usize = 7_530;
pub(super) const WIDTH: usize = 512;
/// Channels of each branch.
pub(super) const CHANNELS: usize = 256;
/// Where the numbers begin in each member of the archive: behind a header of fixed length.
const HEADER: usize = 128;

/// The windows of the three branches: how many tokens wide, and how many of them to the left.
pub(super) const BRANCHES: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];

/// A branch that looks at windows of one width.
pub(super) struct Branch {
    pub projection: Array2<f32>,
    pub projection_bias: Array1<f32>,
    pub first: Array2<f32>,
    pub first_bias: Array1<f32>,
    pub second: Array2<f32>,
    pub second_bias: Array1<f32>,
}

/// All of them.
pub(super) struct Weights {
    table: Vec<Vec<u8>>,
    low: Array1<f32>,
    scale: Array1<f32>,
    pub branches: Vec<Branch>,
    /// Of the first norm, over all branches.
    pub gain: Array1<f32>,
    pub shift: Array1<f32>,
    /// Of the second, over the embeddings and the branches.
    pub gain_all: Array1<f32>,
    pub shift_all: Array1<f32>,
    pub pooled: Array2<f32>,
    pub pooled_bias: Array1<f32>,
    pub d0: Array2<f32>,
    pub d1: Array2<f32>,
    pub p1: Array2<f32>,
    pub d2: Array2<f32>,
    pub p3: Array2<f32>,
    pub d3: Array2<f32>,
}

struct Archive(zip::ZipArchive<File>);

impl Archive {
    fn bytes(&mut self, name: &str, expected: usize) -> Result<Vec<u8>, NoEncoder> {
        let wrong = |cause: String| NoEncoder(format!("{name} cannot be read from the encoder's file: {cause}"));
        let mut member = self.0.by_name(&format!("{name}.npy")).map_err(|cause| wrong(cause.to_string()))?;
        let mut bytes = Vec::with_capacity(HEADER + expected);
        member.read_to_end(&mut bytes).map_err(|cause| wrong(cause.to_string()))?;
        if bytes.len() != HEADER + expected {
            return Err(wrong(format!("{} bytes in place of {}", bytes.len(), HEADER + expected)));
        }
        Ok(bytes.split_off(HEADER))
    }

    fn numbers(&mut self, name: &str, count: usize) -> Result<Vec<f32>, NoEncoder> {
        let bytes = self.bytes(name, count * 4)?;
        Ok(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }

    fn vector(&mut self, name: &str, length: usize) -> Result<Array1<f32>, NoEncoder> {
        Ok(Array1::from_vec(self.numbers(name, length)?))
    }

    fn matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, NoEncoder> {
        let numbers = self.numbers(name, rows * columns)?;
        Array2::from_shape_vec((rows, columns), numbers).map_err(|cause| NoEncoder(cause.to_string()))
    }
}

impl Weights {
    pub fn read(file: &Path) -> Result<Self, NoEncoder> {
        let failed = |cause: String| NoEncoder(format!("{} cannot be read: {cause}", file.display()));
        let opened = File::open(file).map_err(|cause| failed(cause.to_string()))?;
        let mut archive = Archive(zip::ZipArchive::new(opened).map_err(|cause| failed(cause.to_string()))?);
        let mut table = Vec::with_capacity(BLOCKS);
        for block in 1..=BLOCKS {
            table.push(archive.bytes(&format!("q{block}"), ROWS * WIDTH)?);
        }
        let (mut branches, mut gain, mut shift) = (Vec::new(), Vec::new(), Vec::new());
        for (n, _) in BRANCHES {
            branches.push(Branch {
                projection: archive.matrix(&format!("proj{n}"), WIDTH, CHANNELS)?,
                projection_bias: archive.vector(&format!("proj_b{n}"), CHANNELS)?,
                first: archive.matrix(&format!("w1_{n}"), n * CHANNELS, CHANNELS)?,
                first_bias: archive.vector(&format!("b1_{n}"), CHANNELS)?,
                second: archive.matrix(&format!("w2_{n}"), n * CHANNELS, CHANNELS)?,
                second_bias: archive.vector(&format!("b2_{n}"), CHANNELS)?,
            });
            gain.extend(archive.numbers(&format!("ln_g{n}"), CHANNELS)?);
            shift.extend(archive.numbers(&format!("ln_b{n}"), CHANNELS)?);
        }
        let all = WIDTH + BRANCHES.len() * CHANNELS;
        Ok(Self {
            table,
            low: archive.vector("lo", BLOCKS)?,
            scale: archive.vector("scale", BLOCKS)?,
            branches,
            gain: gain.into(),
            shift: shift.into(),
            gain_all: archive.vector("ln_g", all)?,
            shift_all: archive.vector("ln_b", all)?,
            pooled: archive.matrix("cnn_W", all, WIDTH)?,
            pooled_bias: archive.vector("cnn_b", WIDTH)?,
            d0: archive.matrix("d0", WIDTH, 320)?,
            d1: archive.matrix("d1", 320, 320)?,
            p1: archive.matrix("p1", WIDTH, 320)?,
            d2: archive.matrix("d2", 320, WIDTH)?,
            p3: archive.matrix("p3", 320, WIDTH)?,
            d3: archive.matrix("d3", WIDTH, WIDTH)?,
        })
    }

    /// The embedding of a piece, written into a row.
    pub fn embedding(&self, id: u32, row: &mut [f32]) {
        let (block, at) = (id as usize % BLOCKS, id as usize / BLOCKS);
        let (scale, low) = (self.scale[block], self.low[block]);
        let levels = &self.table[block][at * WIDTH..(at + 1) * WIDTH];
        for (number, level) in row.iter_mut().zip(levels) {
            *number = f32::from(*level) * scale + low;
        }
    }
}
