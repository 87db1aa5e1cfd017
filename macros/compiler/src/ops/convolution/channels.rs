//! What convolutions do with single channels.

use super::{Convolution, Order, parts, transposed};
use crate::kernels::shapes::Axis;
use crate::ops::channels::{Channels, Cut, Tie};
use crate::ops::weighted::{self, Bounds, Weighted};
use crate::ranges::{Interval, Known, Ranges};

impl Convolution {
    /// Weights less their zero point, unit by unit.
    fn weights(&self, known: &Known<'_>) -> Option<Vec<i32>> {
        let weights = known.input(1)?;
        let zero_point = Known::zero_point(weights);
        let values = self.units_first(weights.to_i8()?);
        Some(values.into_iter().map(|weight| i32::from(weight).saturating_sub(zero_point)).collect())
    }

    /// Calls `then` with the weights and what they meet.
    fn weighted<T>(&self, known: &Known<'_>, then: impl FnOnce(Weighted<'_>) -> T) -> Option<T> {
        known.affords_weights().then_some(())?;
        let [depth, units] = [self.depth.max(1), self.window.units];
        let group = parts(units, parts(self.window.channels, depth)).max(1);
        let channel = |unit: usize, at: usize| {
            let first = unit.checked_div(group).unwrap_or(0).saturating_mul(depth);
            at.checked_rem(depth).unwrap_or(0).saturating_add(first)
        };
        let rows: Vec<bool> = (0..self.window.y.taps).map(|tap| sees_padding(self.window.y, tap)).collect();
        let columns: Vec<bool> =
            (0..self.window.x.taps).map(|tap| sees_padding(self.window.x, tap)).collect();
        let padded = |at: usize| {
            let tap = at.checked_div(depth).unwrap_or(0);
            let row = tap.checked_div(columns.len()).and_then(|row| rows.get(row));
            let column = tap.checked_rem(columns.len()).and_then(|column| columns.get(column));
            row.zip(column).is_none_or(|(row, column)| *row || *column)
        };
        Some(then(Weighted {
            weights: self.weights(known)?,
            filter: self.filter(),
            bias: weighted::biases(known),
            channel: &channel,
            padded: &padded,
            zero_point: Known::zero_point(known.input(0)?),
        }))
    }

    /// The bounds of the sum of each unit.
    pub(super) fn sums(&self, known: &Known<'_>) -> Option<Vec<Bounds>> {
        let input = known.ranges(0)?;
        self.weighted(known, |weighted| weighted.sums(&input))
    }

    pub(super) fn output_ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let zero_point = Known::zero_point(known.output(0)?);
        let multipliers = self.multipliers.iter().cycle();
        let output = |(sum, &multiplier): (Bounds, _)| -> Interval {
            weighted::output(self.activations, sum, multiplier, zero_point, self.range)
        };
        Some(vec![Ranges::each(self.sums(known)?.into_iter().zip(multipliers).map(output))])
    }

    pub(super) fn ties(&self, known: &Known<'_>) -> Channels {
        let [channels, units] = [self.window.channels, self.window.units];
        if self.depth == channels {
            let spare = known
                .ranges(0)
                .and_then(|input| self.weighted(known, |weighted| weighted.spare(channels, &input)));
            return spare.map_or(Channels::Bound, Channels::Sums);
        }
        if self.depth != 1 {
            return Channels::Bound;
        }
        let multiplier = parts(units, channels).max(1);
        let tie = |to: usize| Tie { input: 0, from: to.checked_div(multiplier).unwrap_or(0), to };
        Channels::tied((0..units).map(tie))
    }

    pub(super) fn cut(&self, cut: &mut Cut<'_>) -> Option<Self> {
        let (input, weights) = (cut.ranges(0)?, cut.tensor(1)?.clone());
        let values = self.units_first(weights.to_i8()?);
        let (positions, biases) = {
            let known = cut.known();
            self.weighted(&known, |weighted| weighted.cut(cut, &input))?
        };
        let values: Vec<i8> = positions.into_iter().filter_map(|at| values.get(at).copied()).collect();
        let stay = |id, count| (0..count).filter(|&channel| cut.stays(id, channel)).count();
        let mut window = self.window;
        window.units = stay(cut.output(), self.window.units);
        window.channels = stay(cut.input(0), self.window.channels);
        let depth = if self.depth == self.window.channels { window.channels } else { self.depth };
        let [rows, columns] = [window.y.taps, window.x.taps];
        let multipliers = weighted::multipliers(cut, &self.multipliers);
        let new = Self { window, depth, multipliers, ..self.clone() };
        let (shape, values) = match self.order {
            Order::UnitsFirst => (vec![window.units, rows, columns, depth], values),
            Order::UnitsLast => (vec![1, rows, columns, window.units], transposed(&values, new.filter())),
        };
        cut.replace(1, shape, weighted::bytes(weights.ty, &values));
        weighted::replace_bias(cut, self.activations, &biases);
        Some(new)
    }
}

/// Whether a tap lies on the padding in one window at least.
fn sees_padding(axis: Axis, tap: usize) -> bool {
    let first = tap.saturating_mul(axis.dilation);
    let last = axis.output.saturating_sub(1).saturating_mul(axis.stride).saturating_add(first);
    first < axis.pad || last >= axis.input.saturating_add(axis.pad)
}
