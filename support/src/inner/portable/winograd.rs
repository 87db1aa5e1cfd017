//! Windows of 3 × 3 by the algorithm of Winograd, F(2 × 2, 3 × 3): four outputs for 16 products where the definition has 36.
//!
//! A *tile* is 2 × 2 outputs, and the 4 × 4 inputs *d* that they see. With
//!
//! ```text
//!       1  0 -1  0          2  0  0          1  0
//! Bᵀ =  0  1  1  0    2G =  1  1  1    A =   1  1
//!       0 -1  1  0          1 -1  1          1 -1
//!       0  1  0 -1          0  0  2          0 -1
//! ```
//!
//! four times the outputs are `Aᵀ ((2G w 2Gᵀ) ⊙ (Bᵀ d B)) A`, an identity of integers. Weights are transformed by the
//! compiler, inputs by [`winograd_input`], both into 16 bits: inputs reach 4 · 128, weights 9 · 128. Products are added up
//! over the channels before they are transformed back. Sums on the way may wrap, as all of it is right modulo 2^32, and the
//! result is below 2^31.
//!
//! # The order of positions
//!
//! There are 16 *positions*, at which products are added up. Sums never start anew: they begin with four times the bias, go
//! on from position to position, and what they are at the end of each is noted, `P0` to `P15`. In the order of
//! [`POSITIONS`] each of the four outputs is then a sum of few of these:
//!
//! | output | |
//! |---|---|
//! | row 0, column 0 | `P5 - P12 + P15` |
//! | row 0, column 1 | `2 (P0 - P2 + P4) - P8` |
//! | row 1, column 0 | `2 (P1 - P13) - P3 + P9 + P14` |
//! | row 1, column 1 | `2 (P0 - P1 + P2 - P7 + P10) - P3 + P6 - P11` |
//!
//! That is 16 additions instead of 24. In each of them the bias counts once, for the first position counts in
//! all outputs.
//!
//! # Constants
//!
//! Blocks of four units; of each in words, where a *step* is two channels:
//!
//! | words | |
//! |---|---|
//! | 4 | four times the bias of each unit |
//! | 16 · steps · 4 | weights: of each position, step and unit a pair |
//! | 8 | multiplier and divisor of each unit, as [`narrow`] has them |
//!
//! Of four channels, the first and the third make the first step, the others the second.

use super::blocks::{BLOCK, BlockOutput, multiply_add, narrow};
use crate::inner::flash::Flash;

/// Row and column of the positions in the order in which they are added up.
pub const POSITIONS: [(usize, usize); 16] = [
    (1, 1),
    (1, 2),
    (2, 2),
    (2, 1),
    (0, 1),
    (0, 2),
    (0, 3),
    (1, 3),
    (2, 3),
    (3, 3),
    (3, 2),
    (3, 1),
    (3, 0),
    (2, 0),
    (1, 0),
    (0, 0),
];

/// One step of the inputs of two tiles side by side: by position, a pair of each tile.
pub type WinogradStep = [[i32; 2]; 16];

/// Rows and columns of inputs that two tiles see.
pub const PATCH: (usize, usize) = (4, 6);

/// Outputs of two tiles: those of the first row by row, then those of the second.
pub const TILE_PIXELS: usize = 8;

/// Words of a block beside its weights.
pub const WINOGRAD_CONSTANTS: usize = 12;

/// Transforms what two tiles side by side see: four rows of six pixels of `channels` bytes, a multiple of four, the rows
/// `line` bytes apart. `to` has a step for every two channels.
#[inline]
pub fn winograd_input(image: &[i8], line: usize, channels: usize, to: &mut [WinogradStep]) {
    let at = |row: usize, column: usize, channel: usize| {
        let index = row.wrapping_mul(line).wrapping_add(column.wrapping_mul(channels)).wrapping_add(channel);
        i32::from(image.get(index).copied().unwrap_or(0))
    };
    for (step, to) in to.iter_mut().take(channels >> 1).enumerate() {
        let first = (step & !1).wrapping_mul(2).wrapping_add(step & 1);
        for (&position, to) in POSITIONS.iter().zip(to) {
            for (tile, to) in to.iter_mut().enumerate() {
                let of = |channel: usize| {
                    transformed(position, |row, column| {
                        at(row, column.wrapping_add(tile.wrapping_mul(2)), channel)
                    })
                };
                *to = of(first) & 0xffff | of(first.wrapping_add(2)) << 16;
            }
        }
    }
}

/// One element of `Bᵀ d B`.
fn transformed((row, column): (usize, usize), d: impl Fn(usize, usize) -> i32) -> i32 {
    let [(a, plus), (b, sign)] = taps(row);
    let [(c, other_plus), (e, other_sign)] = taps(column);
    let of_row = |row| (other_plus * d(row, c)).wrapping_add(other_sign * d(row, e));
    (plus * of_row(a)).wrapping_add(sign * of_row(b))
}

/// A row of `Bᵀ`: two elements, and their signs.
fn taps(row: usize) -> [(usize, i32); 2] {
    match row {
        0 => [(0, 1), (2, -1)],
        1 => [(1, 1), (2, 1)],
        2 => [(1, -1), (2, 1)],
        _ => [(1, 1), (3, -1)],
    }
}

/// All units of two tiles, as many as are in whole blocks. `pixels` tells where in the output the units of each pixel begin. The
/// last are written first, so that a pixel outside of the image may have the place of one before it that is inside.
#[inline]
pub fn winograd_units(
    blocks: Flash<'_, i32>,
    x: &[WinogradStep],
    to: BlockOutput,
    units: usize,
    pixels: &[usize; TILE_PIXELS],
    output: &mut [i8],
) {
    let len = x.len().wrapping_mul(16 * BLOCK).wrapping_add(WINOGRAD_CONSTANTS);
    let starts = (0..units & !(BLOCK - 1)).step_by(BLOCK);
    for (first, block) in starts.zip(blocks.chunks(len)) {
        for unit in 0..BLOCK {
            let scale = len.wrapping_sub(8).wrapping_add(unit.wrapping_mul(2));
            let [multiplier, divisor] = block.array(scale).unwrap_or([0; 2]);
            for (tile, pixels) in pixels.as_chunks::<4>().0.iter().enumerate().rev() {
                let sums = tile_of_unit(block, x, unit, tile);
                for (&pixel, sum) in pixels.iter().zip(sums).rev() {
                    let at = pixel.wrapping_add(first).wrapping_add(unit);
                    if let Some(output) = output.get_mut(at) {
                        *output = narrow(sum >> 2, multiplier, divisor, to.zero_point);
                    }
                }
            }
        }
    }
}

/// Four times the sums of a unit at the four pixels of a tile.
fn tile_of_unit(block: Flash<'_, i32>, x: &[WinogradStep], unit: usize, tile: usize) -> [i32; 4] {
    let mut sum = block.get(unit).unwrap_or(0);
    let mut weights = block.iter().skip(BLOCK.wrapping_add(unit)).step_by(BLOCK);
    let p: [i32; 16] = core::array::from_fn(|position| {
        for step in x {
            let x = step.get(position).and_then(|tiles| tiles.get(tile)).copied().unwrap_or(0);
            sum = multiply_add(sum, weights.next().unwrap_or(0), x);
        }
        sum
    });
    let [p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15] = p.map(core::num::Wrapping);
    let two = core::num::Wrapping(2);
    [
        p5 - p12 + p15,
        two * (p0 - p2 + p4) - p8,
        two * (p1 - p13) - p3 + p9 + p14,
        two * (p0 - p1 + p2 - p7 + p10) - p3 + p6 - p11,
    ]
    .map(|sum| sum.0)
}
