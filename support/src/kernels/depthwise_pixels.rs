//! Walks over the pixels of depthwise convolutions, for loops that take many channels of one pixel together.

use super::blocks::{clamp, next_row, rows_of};
use super::planes::Planes;
use super::requantization::Limits;
use super::window::{Taps, Window};
use crate::inner::product;

/// Calls `sum_up(image, rows, columns, pixel)` for each pixel of the output, whose channels `pixel` holds, and limits
/// what it leaves there. `image` begins with the first tap on it.
#[inline(always)]
pub(super) fn each_pixel(
    window: &Window,
    range: impl Limits,
    planes: Planes<'_, i8>,
    mut sum_up: impl FnMut(&[i8], Taps, Taps, &mut [i8]),
) {
    let Window { x, channels, units, .. } = *window;
    let mut lines = rows_of(window, planes);
    while let Some((image, rows, output)) = next_row(&mut lines) {
        let mut pixels = &mut *output;
        for columns in x.outputs() {
            let Some(pixel) = pixels.split_off_mut(..units) else { return };
            let image = image.get(product(columns.first, channels)..).unwrap_or(&[]);
            sum_up(image, rows, columns, pixel);
        }
        clamp(range, output);
    }
}

/// Calls `sum_up(nth, part)` for the first unit of each channel, then for the second, and brings these together: the
/// units of a channel are neighbours in a pixel.
#[inline(always)]
pub(super) fn each_unit(
    multiplier: usize,
    part: &mut [i8],
    pixel: &mut [i8],
    mut sum_up: impl FnMut(usize, &mut [i8]),
) {
    for nth in 0..multiplier {
        sum_up(nth, part);
        spread(part, multiplier, pixel.get_mut(nth..).unwrap_or(&mut []));
    }
}

/// Copies elements to what lies `distance` apart.
#[inline(always)]
fn spread(from: &[i8], distance: usize, mut to: &mut [i8]) {
    for &x in from {
        let Some(y) = to.first_mut() else { return };
        *y = x;
        to = to.get_mut(distance..).unwrap_or(&mut []);
    }
}
