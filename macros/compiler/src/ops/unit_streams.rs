//! Layers as one stream of constants, for the backend whose loops read them so: the layout that `inner::portable::units`
//! defines.

use super::narrow::BACKEND;
use super::weighted::Bounds;
use crate::inner::{MAX_UNITS, SIDE_BY_SIDE};
use crate::kernels::shapes::{Narrow, Window};
use crate::kernels::units::{MAX_ROW, RowUnits, WindowUnits, channels_fit, fits, rows_fit};
use crate::program::{Constant, Params, Variant};

/// Sums have three bytes.
const MAX_SUM: i64 = (1 << 23) - 1;

/// What a stream is made of.
pub(crate) struct Layer<'a> {
    /// Those of a unit one after the other.
    pub(crate) weights: &'a [i8],
    pub(crate) bias: &'a [i32],
    /// Multipliers and edges.
    pub(crate) scales: &'a [Constant; 2],
    /// What the sums can be.
    pub(crate) sums: &'a [Bounds],
    pub(crate) output: Narrow,
}

/// A layer of less weights than this is done before a loop over units side by side has begun.
const SMALL: usize = 512;

impl Layer<'_> {
    /// The kernel for rows of `depth` inputs.
    pub(crate) fn fully_connected(&self, depth: usize) -> Option<Variant> {
        let is_small = self.weights.len() < SMALL;
        let params = RowUnits { depth, units: self.bias.len(), output: self.output };
        (depth <= MAX_ROW && !is_small)
            .then(|| self.blocks("fully_connected_units_s8", &params, [depth, SIDE_BY_SIDE]))?
    }

    /// The kernel for a window on all channels, whose columns are neighbours.
    pub(crate) fn conv_2d(&self, window: Window, padding: i8) -> Option<Variant> {
        let taps = [window.y.taps, window.x.taps];
        let filter = taps.into_iter().fold(window.channels, usize::saturating_mul);
        let params = WindowUnits { window, padding, output: self.output };
        fits(taps, window.channels)
            .then(|| self.blocks("conv_2d_units_s8", &params, [filter, SIDE_BY_SIDE]))?
    }

    /// The kernel for a window of 3 × 3 on each channel for itself.
    pub(crate) fn depthwise_conv_2d_3x3(&self, window: Window, padding: i8) -> Option<Variant> {
        if !rows_fit(&window, self.output.bits) {
            return None;
        }
        let params = WindowUnits { window, padding, output: self.output };
        let kernel = match window.x.stride {
            1 => "depthwise_conv_2d_3x3_units_s8",
            _ => "depthwise_conv_2d_3x3_stride_2_units_s8",
        };
        // The first units of all channels come before the second ones.
        let multiplier = window.units.checked_div(window.channels)?;
        let units = (0..multiplier).flat_map(|first| (first..window.units).step_by(multiplier));
        let mut bytes = Vec::with_capacity(self.weights.len());
        self.check()?;
        for unit in units {
            self.block(unit, 1, window.y.taps.checked_mul(window.x.taps)?, &mut bytes)?;
        }
        self.variant(kernel, &params, bytes)
    }

    /// The kernel for any other window on each channel for itself.
    pub(crate) fn depthwise_conv_2d(&self, window: Window, padding: i8) -> Option<Variant> {
        let taps = window.y.taps.saturating_mul(window.x.taps);
        let params = WindowUnits { window, padding, output: self.output };
        let size = [taps, SIDE_BY_SIDE];
        channels_fit(&window).then(|| self.blocks("depthwise_conv_2d_units_s8", &params, size))?
    }

    /// A kernel for units of so many terms, and so many of them side by side.
    fn blocks(&self, kernel: &'static str, params: &dyn Params, size: [usize; 2]) -> Option<Variant> {
        self.variant(kernel, params, self.stream(size)?)
    }

    fn variant(&self, kernel: &'static str, params: &dyn Params, stream: Vec<u8>) -> Option<Variant> {
        // Loops count in 16 bits.
        u16::try_from(stream.len()).ok()?;
        let stream = Constant::int8("STREAM", stream.into_iter().map(u8::cast_signed));
        let (parameters, params) = (Some(params.keep()), format!("{params:?}"));
        let constants = vec![stream];
        Some(Variant { backend: BACKEND, module: "units", kernel, params, parameters, constants })
    }

    /// Whether there are not too many units, and their sums are not too large.
    fn check(&self) -> Option<()> {
        let short = |&[low, high]: &Bounds| low >= -MAX_SUM && high <= MAX_SUM;
        (self.bias.len() <= MAX_UNITS && self.sums.iter().all(short)).then_some(())
    }

    /// All units, in blocks and then one by one.
    fn stream(&self, [terms, block]: [usize; 2]) -> Option<Vec<u8>> {
        self.check()?;
        let units = self.bias.len();
        let mut bytes = Vec::with_capacity(self.weights.len());
        let mut unit = 0usize;
        while unit < units {
            let left = units.checked_sub(unit)?;
            let side = if left < block { 1 } else { block };
            self.block(unit, side, terms, &mut bytes)?;
            unit = unit.checked_add(side)?;
        }
        Some(bytes)
    }

    /// So many units side by side.
    fn block(&self, unit: usize, side: usize, terms: usize, bytes: &mut Vec<u8>) -> Option<()> {
        let end = unit.checked_add(side)?;
        for bias in self.bias.get(unit..end)? {
            let [low, middle, high, _] = bias.to_le_bytes();
            bytes.extend([low, middle, high.wrapping_add(middle >> 7)]);
        }
        let weights = self.weights.get(unit.checked_mul(terms)?..end.checked_mul(terms)?)?;
        let weights = super::convolution::transposed(weights, terms);
        bytes.extend(weights.into_iter().map(i8::cast_unsigned));
        let [multipliers, edges] = self.scales;
        let (multipliers, _) = multipliers.bytes.as_chunks::<4>();
        for (&[low, middle, high, edge], lower) in
            multipliers.get(unit..end)?.iter().zip(edges.bytes.get(unit..end)?)
        {
            bytes.extend([middle, high, low, *lower, edge]);
        }
        Some(())
    }
}
