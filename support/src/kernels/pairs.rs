//! Layers of one row, where one multiplication gives the products of two units.

use super::blocks::clamp;
pub use super::fours::RowFours;
use super::planes::Planes;
use crate::inner::flash::Flash;
use crate::inner::{FOUR, FOUR_CONSTANTS, pairs_of_row, product, unknown};

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8), for one row.
///
/// The words are as `inner::portable::pairs` tells, the last four filled up with units without weights.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_pairs_s8(p: &RowFours, words: Flash<'_, i32>, planes: Planes<'_, i8>) {
    row(unknown(p), words, planes);
}

#[inline(never)] // one copy for all layers
fn row(p: &RowFours, words: Flash<'_, i32>, mut planes: Planes<'_, i8>) {
    let Some((input, output)) = planes.split(0, 0, p.units) else { return };
    let Some(input) = input.get(..p.depth) else { return };
    let (whole, last) = output.as_chunks_mut::<FOUR>();
    pairs_of_row(words, input, whole);
    if !last.is_empty() {
        let done = product(whole.len(), p.depth.wrapping_add(FOUR_CONSTANTS));
        let mut four = [[0; FOUR]];
        pairs_of_row(words.range(done, words.len().wrapping_sub(done)), input, &mut four);
        last.iter_mut().zip(four.as_flattened()).for_each(|(to, &from)| *to = from);
    }
    clamp(p.output, output);
}
