//! Layers as one stream of constants, for the backend whose loops read them so: the layout that `inner::portable::units`
//! defines.

use super::narrow::{BACKEND, is_fine};
use super::unit_blocks::of_each_channel;
use super::weighted::Bounds;
use crate::inner::{FIRST_TURNED, MAX_UNITS, SIDE_BY_SIDE};
use crate::kernels::shapes::{Narrow, Window};
use crate::kernels::units::{
    MAX_ROW, RowUnits, WindowUnits, dilated_fit, fits, plane_fits, rows_fit, windows_fit,
};
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
    /// The kernel for so many rows of `depth` inputs.
    pub(crate) fn fully_connected(&self, [rows, depth]: [usize; 2]) -> Option<Variant> {
        let is_small = self.weights.len() < SMALL;
        // Addresses have 16 bits.
        u16::try_from(rows.checked_mul(depth.max(self.bias.len()))?).ok()?;
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

    /// The kernel for a window of 3 × 3 on one channel.
    pub(crate) fn conv_2d_3x3(&self, window: Window, padding: i8) -> Option<Variant> {
        self.plane("conv_2d_3x3_units_s8", window, padding)
    }

    /// The same for an input that is bytes without a sign, if there is a ReLU behind it.
    pub(crate) fn conv_2d_3x3_of_bytes(&self, window: Window, padding: i8) -> Option<Variant> {
        (self.output.zero_point == i8::MIN.into()).then_some(())?;
        let turned =
            |unit: &[i8]| unit.iter().take(FIRST_TURNED).map(|&weight| i32::from(weight)).sum::<i32>();
        let biases = self.bias.iter().zip(self.weights.chunks(9));
        let bias: Vec<i32> =
            biases.map(|(bias, unit)| bias.wrapping_sub(turned(unit).wrapping_mul(128))).collect();
        Layer { bias: &bias, ..*self }.plane("conv_2d_3x3_units_of_bytes_s8", window, padding)
    }

    fn plane(&self, kernel: &'static str, window: Window, padding: i8) -> Option<Variant> {
        let params = WindowUnits { window, padding, output: self.output };
        plane_fits(&window, self.output.bits).then(|| self.blocks(kernel, &params, [9, 1]))?
    }

    /// The kernel for a window of 3 × 3 on each channel for itself.
    pub(crate) fn depthwise_conv_2d_3x3(&self, window: Window, padding: i8) -> Option<Variant> {
        // Its loops do not know of finer multipliers.
        if !rows_fit(&window, self.output.bits) || is_fine(&self.scales[1]) {
            return None;
        }
        let params = WindowUnits { window, padding, output: self.output };
        let kernel = match window.x.stride {
            1 => "depthwise_conv_2d_3x3_units_s8",
            _ => "depthwise_conv_2d_3x3_stride_2_units_s8",
        };
        let mut bytes = Vec::with_capacity(self.weights.len());
        self.check()?;
        for unit in of_each_channel(window.units, window.channels) {
            self.block(unit, 1, window.y.taps.checked_mul(window.x.taps)?, &mut bytes)?;
        }
        self.variant(kernel, &params, bytes)
    }

    /// The kernel for any other window on each channel for itself.
    pub(crate) fn depthwise_conv_2d(&self, window: Window, padding: i8) -> Option<Variant> {
        let taps = window.y.taps.saturating_mul(window.x.taps);
        let params = WindowUnits { window, padding, output: self.output };
        // Its loops do not know of finer multipliers.
        let kernel = match dilated_fit(&params) && !is_fine(&self.scales[1]) {
            true => "depthwise_conv_2d_3x3_dilated_units_s8",
            false => "depthwise_conv_2d_units_s8",
        };
        windows_fit(&window).then(|| self.blocks(kernel, &params, [taps, 1]))?
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::flash::Flash;
    use crate::kernels::depthwise_conv_2d::{DepthwiseConv2d, depthwise_conv_2d_multiplier_narrow_s8};
    use crate::kernels::planes::{Overlap, Planes};
    use crate::kernels::random::Random;
    use crate::kernels::shapes::Axis;
    use crate::kernels::units::{depthwise_conv_2d_3x3_dilated_units_s8, depthwise_conv_2d_units_s8};
    use crate::ops::convolution::transposed;

    /// An axis whose every side may have any padding.
    fn axis(number: &mut impl FnMut(usize) -> usize) -> Axis {
        let (taps, dilation, stride, output) = (1 + number(6), 1 + number(3), 1 + number(4), 1 + number(9));
        let window = (taps - 1) * dilation + 1;
        let pad = number(window);
        let seen = (output - 1) * stride + window;
        Axis { input: seen.saturating_sub(pad + number(window)).max(1), pad, taps, dilation, stride, output }
    }

    /// Outputs with memory apart, and with the output below and above the input.
    fn outputs(window: &Window, input: &[i8], run: impl Fn(Planes<'_, i8>)) -> [Vec<i8>; 3] {
        let (input_len, len) = (input.len(), window.y.output * window.x.output * window.units);
        let mut apart = vec![0; len];
        run(Planes::apart(input, &mut apart));
        let reach = window.reach(len);
        let shared = |at: usize, output: usize| {
            let mut memory = vec![0; (at + input_len).max(output + len)];
            memory[at..at + input_len].copy_from_slice(input);
            let overlap = Overlap { input: at, input_len, output, output_len: len };
            run(Planes::overlapped(&mut memory, overlap));
            memory[output..output + len].to_vec()
        };
        [shared(reach.below, 0), shared(0, reach.above), apart]
    }

    /// The window of a layer: of every four one of 3 × 3 that is dilated.
    fn window(seed: u32, number: &mut impl FnMut(usize) -> usize) -> Window {
        let channels = 1 + number(5);
        if !seed.is_multiple_of(4) {
            let (y, x) = (axis(number), axis(number));
            return Window { y, x, channels, units: channels * (1 + number(4)) };
        }
        let dilation = 2 + number(2);
        let mut side = || {
            let input = dilation * (2 + number(3));
            Axis { input, pad: dilation, taps: 3, dilation, stride: 1, output: input }
        };
        Window { y: side(), x: side(), channels, units: channels }
    }

    /// The kernel of a layer that has a stream, which does what the plain kernel does.
    fn same(seed: u32) -> Option<&'static str> {
        let mut random = Random::new(seed);
        let mut number = |below: usize| random.below(below);
        let window = window(seed, &mut number);
        let Window { y, x, channels, units } = window;
        let (multiplier, terms) = (units / channels, y.taps * x.taps);
        let mut bytes = |len: usize| (0..len).map(|_| number(256) as u8 as i8).collect::<Vec<i8>>();
        let (weights, mut edges) = (bytes(units * terms), bytes(units));
        // Of every two layers one has no finer multipliers.
        let is_fine = seed % 8 < 4;
        edges.iter_mut().for_each(|edge| *edge = if is_fine { *edge | 1 } else { *edge & -16 });
        let input = bytes(y.input * x.input * channels);
        let bias: Vec<i32> = (0..units).map(|_| number(80_000) as i32 - 40_000).collect();
        let scales: Vec<i32> = (0..units).map(|_| number(1 << 31) as i32).collect();
        let output =
            Narrow { bits: 25 + seed % 15, zero_point: 100 - seed as i32 % 200, least: -120, greatest: 119 };
        let padding = number(256) as u8 as i8;
        let constants =
            [Constant::int32("MULTIPLIERS", scales.iter().copied()), Constant::int8("EDGES", edges.clone())];
        let sums = vec![[-MAX_SUM, MAX_SUM]; units];
        let layer = Layer { weights: &weights, bias: &bias, scales: &constants, sums: &sums, output };
        let variant = layer.depthwise_conv_2d(window, padding)?;
        let kernel = match variant.kernel {
            "depthwise_conv_2d_units_s8" => depthwise_conv_2d_units_s8,
            // Its loops do not know of finer multipliers.
            "depthwise_conv_2d_3x3_dilated_units_s8" if !is_fine => depthwise_conv_2d_3x3_dilated_units_s8,
            other => panic!("{other} for {window:?}"),
        };
        let stream: Vec<i8> = variant.constants[0].bytes.iter().map(|&byte| byte.cast_signed()).collect();
        let plain = DepthwiseConv2d { window, multiplier, padding, output };
        let weights = transposed(&weights, terms);
        let mut expected = vec![0; y.output * x.output * units];
        depthwise_conv_2d_multiplier_narrow_s8(
            &plain,
            Flash::from_slice(&weights),
            Flash::from_slice(&bias),
            Flash::from_slice(&scales),
            Flash::from_slice(&edges),
            Planes::apart(&input, &mut expected),
        );
        let params = WindowUnits { window, padding, output };
        let run = |planes: Planes<'_, i8>| kernel(&params, Flash::from_slice(&stream), planes);
        for found in outputs(&window, &input, run) {
            assert_eq!(found, expected, "{params:?}");
        }
        Some(variant.kernel)
    }

    #[test]
    fn windows_one_unit_at_a_time_are_the_same_layer() {
        let same: Vec<&str> = (0..2000).filter_map(same).collect();
        let dilated = same.iter().filter(|kernel| kernel.contains("dilated")).count();
        assert!(same.len() > 1500, "only {} have a stream", same.len());
        assert!(dilated > 100, "only {dilated} are images that lie between each other");
    }
}
