//! Layers of one row, whose weights for an element are a word for each four units.

use super::blocks::clamp;
use super::fours::Form;
pub use super::fours::RowFours;
use super::planes::Planes;
use super::requantization::Once;
use crate::inner::flash::Flash;
use crate::inner::{FOUR, bytes_of_row, pairs_of_row, pairs_once_of_row, product, unknown};

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8), for one row, where one multiplication gives the
/// products of two units.
///
/// The words are as `inner::portable::pairs` tells, the last four filled up with units without weights.
#[cfg_attr(not(debug_assertions), inline(always))] // most of it is known, and it is short
pub fn fully_connected_pairs_s8(p: &RowFours, words: Flash<'_, i32>, planes: Planes<'_, i8>) {
    row(p, words, planes, pairs_of_row);
}

/// The same where outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn fully_connected_pairs_once_s8(p: &RowFours<Once>, words: Flash<'_, i32>, planes: Planes<'_, i8>) {
    row(p, words, planes, pairs_once_of_row);
}

/// The same with weights less their signs.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_bytes_s8(p: &RowFours, words: Flash<'_, i32>, planes: Planes<'_, i8>) {
    row_of_bytes(unknown(p), words, planes);
}

#[inline(never)] // one copy for all layers
fn row_of_bytes(p: &RowFours, words: Flash<'_, i32>, planes: Planes<'_, i8>) {
    row(p, words, planes, bytes_of_row);
}

#[inline(always)]
fn row<R: Form>(
    p: &RowFours<R>,
    words: Flash<'_, i32>,
    mut planes: Planes<'_, i8>,
    of_row: impl Fn(Flash<'_, i32>, &[i8], &mut [[i8; FOUR]]),
) {
    let Some((input, output)) = planes.split(0, 0, p.units) else { return };
    let Some(input) = input.get(..p.depth) else { return };
    let (whole, last) = output.as_chunks_mut::<FOUR>();
    of_row(words, input, whole);
    if !last.is_empty() {
        let done = product(whole.len(), p.depth.wrapping_add(R::CONSTANTS));
        let mut four = [[0; FOUR]];
        of_row(words.range(done, words.len().wrapping_sub(done)), input, &mut four);
        last.iter_mut().zip(four.as_flattened()).for_each(|(to, &from)| *to = from);
    }
    clamp(p.output, output);
}
