//! Every input pixel spreads over a window of the output.
//!
//! Seen from the output: a pixel there is the sum of those taps of the window that an input pixel lies
//! under, which are as far apart as the stride.

use super::accumulator::Accumulator;
use super::requantization::Requantization;
use super::rows::{rows, rows_mut};
use crate::inner::flash::Flash;
use crate::inner::{dot_s8, product};

/// One dimension.
#[derive(Clone, Copy, Debug)]
pub struct TransposedAxis {
    /// Positions of the input.
    pub input: usize,
    /// Positions of the output.
    pub output: usize,
    /// Taps of the window.
    pub taps: usize,
    /// From one input to the next, in positions of the output.
    pub stride: usize,
    /// The first tap of the first output that an input may lie under.
    pub phase: usize,
    /// The input that lies under it.
    pub first: usize,
}

/// A tap, and the input that lies under it. The next one is a stride further, under the input before.
#[derive(Clone, Copy)]
struct Tap {
    tap: usize,
    input: usize,
}

impl TransposedAxis {
    /// For each output its first tap.
    #[inline(always)]
    fn outputs(self) -> impl Iterator<Item = Tap> {
        let mut next = Tap { tap: self.phase, input: self.first };
        (0..self.output).map(move |_| {
            let this = next;
            next.tap = next.tap.wrapping_add(1);
            if next.tap == self.stride {
                next = Tap { tap: 0, input: next.input.wrapping_add(1) };
            }
            this
        })
    }

    /// The taps from the first on that an input lies under.
    #[inline(always)]
    fn taps(self, first: Tap) -> impl Iterator<Item = Tap> {
        let mut next = Some(first);
        core::iter::from_fn(move || {
            loop {
                let this = next.filter(|this| this.tap < self.taps)?;
                let tap = this.tap.wrapping_add(self.stride);
                next = this.input.checked_sub(1).map(|input| Tap { tap, input });
                if this.input < self.input {
                    return Some(this);
                }
            }
        })
    }
}

/// Pictures of shape `[y.input, x.input, channels]`, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Rows.
    pub y: TransposedAxis,
    /// Columns.
    pub x: TransposedAxis,
    /// Channels of the input.
    pub channels: usize,
    /// Channels of the output.
    pub units: usize,
}

impl Shape {
    /// Calls `pixel(picture, row, column, output)` for each pixel of the output, whose units `output` holds.
    #[inline(always)]
    fn each_pixel<T>(&self, input: &[T], output: &mut [T], mut pixel: impl FnMut(&[T], Tap, Tap, &mut [T])) {
        let picture = product(product(self.y.input, self.x.input), self.channels);
        let mut pixels = rows_mut(output, self.units);
        for picture in rows(input, picture) {
            for row in self.y.outputs() {
                for (column, output) in self.x.outputs().zip(&mut pixels) {
                    pixel(picture, row, column, output);
                }
            }
        }
    }

    /// Goes over the taps of one unit, which has `start` taps before it: `add(sum, tap, channels)`.
    #[inline(always)]
    fn fold<T, S>(
        &self,
        picture: &[T],
        (row, column): (Tap, Tap),
        start: usize,
        mut sum: S,
        add: impl Fn(S, usize, &[T]) -> S,
    ) -> S {
        for row in self.y.taps(row) {
            let taps = start.wrapping_add(product(row.tap, self.x.taps));
            let pixels = product(row.input, self.x.input);
            for column in self.x.taps(column) {
                let at = product(pixels.wrapping_add(column.input), self.channels);
                sum = add(sum, taps.wrapping_add(column.tap), picture.get(at..).unwrap_or(&[]));
            }
        }
        sum
    }
}

/// Shape and range on `int8`.
#[derive(Clone, Copy, Debug)]
pub struct TransposeConv {
    /// The shape.
    pub shape: Shape,
    /// Range of the output.
    pub output: Requantization,
}

/// `output[y, x, unit] = clamp(zero point + requantize(bias[unit]
///     + Σ weights[unit, row, column, i] · (input[v, u, i] - input zero point)))`
/// over all taps with `v · stride + row = y + pad` and `u · stride + column = x + pad`.
///
/// `offsets` hold what the zero point amounts to for each tap of each unit; none if it is zero.
/// `multipliers` and `shifts` are per unit.
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // a layer has as many constants
pub fn transpose_conv_s8(
    p: &TransposeConv,
    weights: Flash<'_, i8>,
    offsets: Flash<'_, i32>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    input: &[i8],
    output: &mut [i8],
) {
    let Shape { y, x, channels, .. } = p.shape;
    let filter = product(y.taps, x.taps);
    p.shape.each_pixel(input, output, |picture, row, column, output| {
        let mut scales = multipliers.iter().zip(shifts.iter());
        let mut start = 0usize;
        for (y, bias) in output.iter_mut().zip(bias.iter()) {
            let sum = p.shape.fold(picture, (row, column), start, bias, |sum: i32, tap, input| {
                let sum = sum.wrapping_add(offsets.get(tap).unwrap_or(0));
                dot_s8(sum, weights.range(product(tap, channels), channels), input)
            });
            let Some((multiplier, shift)) = scales.next() else { return };
            *y = p.output.to_s8(sum, multiplier, shift);
            start = start.wrapping_add(filter);
        }
    });
}

/// Shape and range on `int16`.
#[derive(Clone, Copy, Debug)]
pub struct TransposeConv16<A> {
    /// The shape.
    pub shape: Shape,
    /// How sums are kept.
    pub sums: A,
    /// Range of the output, whose zero point is 0.
    pub output: Requantization,
}

/// The same on `int16`, with zero points of 0.
#[inline]
pub fn transpose_conv_s16<A: Accumulator>(
    p: &TransposeConv16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, A::Multiplier>,
    shifts: Flash<'_, i8>,
    input: &[i16],
    output: &mut [i16],
) {
    let Shape { y, x, channels, .. } = p.shape;
    let filter = product(y.taps, x.taps);
    p.shape.each_pixel(input, output, |picture, row, column, output| {
        let mut start = 0usize;
        for (unit, y) in output.iter_mut().enumerate() {
            let sum = p.sums.start(bias, unit);
            let sum = p.shape.fold(picture, (row, column), start, sum, |sum, tap, input| {
                p.sums.dot(sum, weights.range(product(tap, channels), channels), input)
            });
            *y = p.sums.finish(sum, (multipliers, shifts), unit, p.output);
            start = start.wrapping_add(filter);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_are_those_under_an_input() {
        for bits in 0..4usize.pow(5) {
            let digit = |n: u32| bits / 4usize.pow(n) % 4;
            let (input, taps, stride, pad) = (1 + digit(0), 1 + 2 * digit(1), 1 + digit(2), digit(3));
            let axis = TransposedAxis {
                input,
                output: 3 + 2 * digit(4),
                taps,
                stride,
                phase: pad % stride,
                first: pad / stride,
            };
            for (output, first) in axis.outputs().enumerate() {
                let under = |tap| (0..input).find(|input| input * stride + tap == output + pad);
                let expected = (0..taps).filter_map(|tap| Some((tap, under(tap)?)));
                assert!(axis.taps(first).map(|t| (t.tap, t.input)).eq(expected), "{axis:?}, output {output}");
            }
        }
    }
}
