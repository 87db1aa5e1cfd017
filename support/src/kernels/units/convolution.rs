//! Convolutions: windows that see as many columns of the image are done in one go, so that only the border has to be looked
//! at one by one.

use super::super::blocks::{next_row, rows_of};
use super::super::planes::Planes;
use super::super::window::{Axis, Taps, Window};
use super::WindowUnits;
use crate::inner::flash::Flash;
use crate::inner::{UnitTaps, UnitWindows, product};

/// Units, and how many rows they see, before the image and on it, from which column on.
struct Seen<'a> {
    units: UnitWindows<'a>,
    key: Option<(u8, u8, usize)>,
}

impl WindowUnits {
    #[inline(never)] // one copy for all layers
    pub(super) fn convolve(&self, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
        let side = || Seen { units: self.units(stream), key: None };
        let mut sides = [side(), side(), side()];
        let count = self.window.x.inside_windows();
        let mut lines = rows_of(&self.window, planes);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            self.row((image, rows), output, count, &mut sides);
            self.output.clamp(output);
        }
    }

    #[inline(never)] // one copy for all sides
    fn units<'a>(&self, stream: Flash<'a, i8>) -> UnitWindows<'a> {
        UnitWindows::new(stream, self.window.units, self.output.of_stream())
    }

    /// One row of the output, of which so many windows see no column of the padding.
    #[inline(never)] // what it keeps in registers is enough
    fn row(
        &self,
        (image, rows): (&[i8], Taps),
        mut output: &mut [i8],
        count: usize,
        [left, inside, right]: &mut [Seen<'_>; 3],
    ) {
        let Window { x, channels, units, .. } = self.window;
        // What is far apart is one column.
        let x = Axis { dilation: 1, ..x };
        let mut at = 0;
        while !output.is_empty() {
            let columns = x.at(at);
            let (seen, windows) = match columns.inside == x.taps {
                true => (&mut *inside, count),
                false if columns.before != 0 => (&mut *left, 1),
                false => (&mut *right, 1),
            };
            let Some(some) = output.split_off_mut(..product(windows, units)) else { return };
            // Most see as much as those of the row before.
            let key = Some((rows.before as u8, rows.inside as u8, at));
            if seen.key != key {
                self.see(rows, columns, &mut seen.units);
                seen.key = key;
            }
            let image = image.get(product(columns.first, channels)..).unwrap_or(&[]);
            seen.units.outputs(image, windows, some);
            at = at.wrapping_add(product(windows, x.stride));
        }
    }

    /// Has units see what windows do.
    #[inline(never)] // what it keeps in registers is enough
    fn see(&self, rows: Taps, columns: Taps, units: &mut UnitWindows<'_>) {
        let Window { y, x, channels, .. } = self.window;
        let all = product(x.taps, channels);
        let len = product(columns.inside, channels);
        let mut taps = UnitTaps { padding: self.padding, ..UnitTaps::of_rows(len) };
        if rows.inside == 0 || len == 0 {
            (taps.step, taps.rows, taps.before) = (0, 0, product(y.taps, all));
        } else {
            let behind = y.taps.wrapping_sub(rows.before).wrapping_sub(rows.inside);
            let before = product(columns.before, channels);
            taps.step = product(x.stride, channels);
            taps.rows = rows.inside;
            taps.line = product(product(x.input, channels), y.dilation);
            taps.between = all.wrapping_sub(len);
            taps.before = product(rows.before, all).wrapping_add(before);
            taps.after = product(behind, all).wrapping_add(taps.between).wrapping_sub(before);
        }
        units.see(&taps);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::super::super::requantization::Narrow;
    use super::*;
    use crate::inner::SIDE_BY_SIDE;
    use std::vec;
    use std::vec::Vec;

    /// Numbers that look random.
    struct Random(u32);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as usize % end
        }

        fn bytes(&mut self, count: usize) -> Vec<i8> {
            (0..count).map(|_| self.below(256) as u8 as i8).collect()
        }

        fn axis(&mut self, dilation: usize) -> Axis {
            let (taps, stride, pad) = (1 + self.below(4), 1 + self.below(3), self.below(4));
            // At least one window fits into the padded image.
            let reach = (taps - 1) * dilation + 1;
            let input = (1 + self.below(6)).max(reach.saturating_sub(2 * pad)).max(1);
            let output = (input + 2 * pad - reach) / stride + 1;
            Axis { input, pad, taps, dilation, stride, output }
        }
    }

    /// The units of a layer, and their constants in the order of a stream.
    struct Layer {
        p: WindowUnits,
        weights: Vec<i8>,
        bias: Vec<i32>,
    }

    const SCALE: u32 = 0x00ab_cdef;

    impl Layer {
        fn terms(&self) -> usize {
            self.weights.len() / self.bias.len()
        }

        fn stream(&self) -> Vec<i8> {
            let (units, terms) = (self.bias.len(), self.terms());
            let whole = units / SIDE_BY_SIDE * SIDE_BY_SIDE;
            let mut out = Vec::new();
            let mut unit = 0;
            while unit < units {
                let side = if unit < whole { SIDE_BY_SIDE } else { 1 };
                for bias in &self.bias[unit..unit + side] {
                    let [low, middle, high, _] = bias.to_le_bytes();
                    out.extend([low, middle, high.wrapping_add(middle >> 7)].map(|x| x as i8));
                }
                for term in 0..terms {
                    out.extend((unit..unit + side).map(|unit| self.weights[unit * terms + term]));
                }
                let [low, middle, high, upper] = SCALE.to_le_bytes();
                (0..side).for_each(|_| out.extend([middle, high, low, 0, upper].map(|x| x as i8)));
                unit += side;
            }
            out
        }

        /// An output by definition.
        fn defined(&self, input: &[i8], at: usize) -> i8 {
            let (Window { y, x, channels, units }, to) = (self.p.window, self.p.output);
            let (pixel, unit) = (at / units, at % units);
            let mut sum = self.bias[unit];
            for term in 0..self.terms() {
                let (tap, channel) = (term / channels, term % channels);
                let row = (pixel / x.output * y.stride + tap / x.taps * y.dilation).wrapping_sub(y.pad);
                let column = (pixel % x.output * x.stride + tap % x.taps * x.dilation).wrapping_sub(x.pad);
                let is_inside = row < y.input && column < x.input;
                let seen = if is_inside {
                    input[(row * x.input + column) * channels + channel]
                } else {
                    self.p.padding
                };
                sum += i32::from(self.weights[unit * self.terms() + term]) * i32::from(seen);
            }
            let product = u64::from(sum.unsigned_abs()) * u64::from(SCALE);
            let value = ((product + (1 << (to.bits - 1))) >> to.bits) as i32;
            (if sum < 0 { -value } else { value } + to.zero_point).clamp(to.least, to.greatest) as i8
        }
    }

    #[test]
    fn windows_of_any_shape_are_what_they_are_by_definition() {
        let mut random = Random(1);
        for _ in 0..400 {
            let y_dilation = 1 + random.below(2);
            let (y, mut x) = (random.axis(y_dilation), random.axis(1));
            // A column alone may be said to be far from the next.
            x.dilation = if x.taps == 1 { 3 } else { 1 };
            let (channels, units) = (1 + random.below(5), 1 + random.below(10));
            let window = Window { y, x, channels, units };
            let output = Narrow { bits: 31, zero_point: 3, least: -120, greatest: 127 };
            let p = WindowUnits { window, padding: random.below(256) as u8 as i8, output };
            let weights = random.bytes(y.taps * x.taps * channels * units);
            let bias = (0..units).map(|_| random.below(20000) as i32 - 10000).collect();
            let layer = Layer { p, weights, bias };
            // Two images.
            let input = random.bytes(2 * y.input * x.input * channels);
            let mut output = vec![0; 2 * y.output * x.output * units];
            let stream = layer.stream();
            p.convolve(Flash::from_slice(&stream), Planes::apart(&input, &mut output));
            let (images, pixels) = (y.input * x.input * channels, y.output * x.output * units);
            for (at, &found) in output.iter().enumerate() {
                let expected = layer.defined(&input[at / pixels * images..], at % pixels);
                assert_eq!(found, expected, "{window:?}, output {at}");
            }
        }
    }
}
