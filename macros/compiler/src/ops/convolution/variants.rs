//! The kernels of processors that have others than the rest.

use super::{Convolution, Order, parts};
use crate::inner::BLOCK;
use crate::kernels::blocks::{Conv2dBlocks, ConvolutionBlocks, PixelBlocks};
use crate::kernels::conv_2d::Conv2d;
use crate::kernels::depthwise_conv_2d::{DepthwiseConv2d, DepthwiseConv2dVectors};
use crate::kernels::depthwise_rows::{
    DepthwiseConv2d3x3, DepthwiseConv2d3x3Units, DepthwiseConv2dTaps, DepthwiseConv2dUnits,
};
use crate::kernels::shapes::{Requantization, Window};
use crate::ops::unit_blocks::{
    self, MAX_MEMORY, MEMORY_OF_A_STEP, Simplified, Units, of_each_channel, ordered, weights_of_channels,
};
use crate::ops::{channel_rows, requantization, unit_fours, unit_streams, winograd};
use crate::optimize::Optimize;
use crate::program::{Arg, Constant, Variant};

/// Which loops a program is to have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loops {
    pub(super) optimize: Optimize,
    /// Whether it has that over depthwise rows of 3 × 3 anyway.
    pub(super) depthwise_3x3: bool,
}

impl Convolution {
    /// The kernels for backends that have others.
    pub(super) fn variants(
        &self,
        weights: &[i8],
        bias: &[i32],
        padding: i8,
        output: Requantization,
        loops: Loops,
    ) -> Vec<Variant> {
        let layer = Simplified::of(weights, bias, &self.multipliers, output);
        let winograd = match loops.optimize {
            Optimize::Speed => self.winograd(&layer, padding, output),
            Optimize::Balanced | Optimize::Size => None,
        };
        let rows = winograd.or_else(|| self.rows_3x3(&layer, padding, output, loops));
        let taps = || self.taps(&layer, padding, output);
        let blocks = rows.or_else(taps).or_else(|| self.blocks(&layer, padding, output));
        let one_channel = self.one_channel(weights, bias, padding, output);
        let vectors = one_channel.or_else(|| self.channel_vectors(weights, bias, padding, output));
        [blocks, vectors, self.fours(&layer, padding, output)].into_iter().flatten().collect()
    }

    /// The units in fours, as the kernels for those have their constants.
    pub(super) fn in_fours(&self) -> Vec<usize> {
        let Window { channels, units, .. } = self.window;
        match self.depth == 1 && channels > 1 {
            true => unit_fours::in_fours(&of_each_channel(units, channels), channels),
            false => (0..units).collect(),
        }
    }

    /// The kernel for one channel of which all units see the same, if there are vectors: units are sums of all of a
    /// row then as in any other convolution.
    fn one_channel(
        &self,
        weights: &[i8],
        bias: &[i32],
        padding: i8,
        output: Requantization,
    ) -> Option<Variant> {
        let Window { channels, units, .. } = self.window;
        // What is a row as it is, or one channel by itself, has no other kernel.
        if channels != 1 || units == 1 || !self.has_runs() || self.is_fully_connected() {
            return None;
        }
        let params = Conv2d { window: self.window, depth: 1, group: units, padding, output };
        let constants = self.constants((0..units).collect(), weights.to_vec(), bias);
        let (module, kernel) = ("conv_2d", "conv_2d_contiguous_s8");
        let params = format!("{params:?}");
        Some(Variant { backend: "mve", module, kernel, params, parameters: None, constants })
    }

    /// The kernel for several units of each of many channels, if there are vectors.
    fn channel_vectors(
        &self,
        weights: &[i8],
        bias: &[i32],
        padding: i8,
        output: Requantization,
    ) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        let Window { channels, units, .. } = window;
        if depth != 1 || units == channels || !(BLOCK..=MAX_MEMORY).contains(&channels) {
            return None;
        }
        let order = of_each_channel(units, channels);
        let weights = weights_of_channels(weights, self.filter(), &order, channels);
        let multiplier = parts(units, channels);
        let params =
            DepthwiseConv2dVectors::<0> { layer: DepthwiseConv2d { window, multiplier, padding, output } };
        let params = unit_blocks::with_arguments(&params, format_args!("{channels}"));
        let (module, kernel) = ("depthwise_conv_2d", "depthwise_conv_2d_multiplier_vectors_s8");
        let constants = self.constants(order, weights, bias);
        Some(Variant { backend: "mve", module, kernel, params, parameters: None, constants })
    }

    /// The constants of kernels that are as the reference has them, with the units in some order.
    fn constants(&self, order: Vec<usize>, weights: Vec<i8>, bias: &[i32]) -> Vec<Constant> {
        let units = self.window.units;
        let multipliers: Vec<_> = self.multipliers.iter().copied().cycle().take(units).collect();
        let (multipliers, shifts) = requantization::constants(&ordered(&multipliers, &order), units);
        let scales = [multipliers, shifts].into_iter().filter_map(|arg| match arg {
            Arg::Constant(constant) => Some(constant),
            Arg::Window(..) | Arg::Planes(_) => None,
        });
        let bias = Constant::int32("BIAS", ordered(bias, &order));
        [Constant::int8("WEIGHTS", weights), bias].into_iter().chain(scales).collect()
    }

    /// The kernel for weights in fours of units, if that suits.
    fn fours(&self, layer: &Simplified, padding: i8, output: Requantization) -> Option<Variant> {
        let (window, filter) = (self.window, self.filter());
        if self.depth == 1 && window.channels > 1 {
            return unit_fours::depthwise_conv_2d(layer, filter, window, padding, output);
        }
        if self.is_fully_connected() {
            return unit_fours::fully_connected(layer, filter, output);
        }
        let suits = self.has_runs() && window.units > 1;
        suits.then(|| unit_fours::conv_2d(layer, filter, window, padding, output)).flatten()
    }

    /// Whether units share their inputs, and columns of the window lie side by side.
    fn has_runs(&self) -> bool {
        let Window { x, channels, .. } = self.window;
        self.depth == channels && (x.dilation == 1 || x.taps == 1)
    }

    /// The kernel for a window of 3 × 3 whose products are worth being saved.
    fn winograd(&self, layer: &Simplified, padding: i8, output: Requantization) -> Option<Variant> {
        let shape = winograd::layer(self.window, padding, output);
        let shape = shape.filter(|shape| self.depth == self.window.channels && winograd::pays(shape))?;
        winograd::variant(layer, shape)
    }

    /// The kernel for a depthwise window of 3 × 3, if it is one. Units that all see one channel go through other loops as
    /// well, which take somewhat longer, and no more flash if the program has them anyway.
    fn rows_3x3(
        &self,
        layer: &Simplified,
        padding: i8,
        output: Requantization,
        loops: Loops,
    ) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        let Window { x, channels, units, .. } = window;
        let row = x.output.saturating_mul(channels);
        let is_free = loops.depthwise_3x3 || loops.optimize == Optimize::Speed;
        let is_other = units != channels && (self.is_fully_connected() || channels == 1 && !is_free);
        if depth != 1 || !channel_rows::suits(&window) || row > MAX_MEMORY || is_other {
            return None;
        }
        let ties = output.least < output.zero_point;
        let constants =
            vec![channel_rows::constants(&layer.in_order(&of_each_channel(units, channels)), ties)?];
        let layer = DepthwiseConv2d3x3::<0, false> { window, padding, output };
        let loops = format!("{}, {ties}", x.stride);
        let (kernel, params) = if units == channels {
            ("depthwise_conv_2d_3x3_s8", unit_blocks::with_arguments(&layer, format_args!("{loops}")))
        } else {
            let multiplier = parts(units, channels);
            let params = DepthwiseConv2d3x3Units::<0, false, 0> { layer, multiplier };
            let params = unit_blocks::with_arguments(&params, format_args!("{loops}, {row}"));
            ("depthwise_conv_2d_multiplier_3x3_s8", params)
        };
        let module = "depthwise_rows";
        Some(Variant { backend: "dsp", module, kernel, params, parameters: None, constants })
    }

    /// The kernel for any other depthwise window.
    fn taps(&self, layer: &Simplified, padding: i8, output: Requantization) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        let Window { channels, units, .. } = window;
        if depth != 1 || !(BLOCK..=MAX_MEMORY).contains(&channels) {
            return None;
        }
        let filter = self.filter();
        let order = of_each_channel(units, channels);
        let weights = weights_of_channels(&layer.weights, filter, &order, channels);
        let layer = &layer.in_order(&order);
        let constants =
            vec![Constant::int8("WEIGHTS", weights), channel_rows::tap_constants(layer, filter, padding)?];
        let params = DepthwiseConv2dTaps { window, padding, output };
        let (kernel, params) = if units == channels {
            ("depthwise_conv_2d_taps_s8", format!("{params:?}"))
        } else {
            let params = DepthwiseConv2dUnits::<0> { layer: params, multiplier: parts(units, channels) };
            let params = unit_blocks::with_arguments(&params, format_args!("{channels}"));
            ("depthwise_conv_2d_multiplier_taps_s8", params)
        };
        let module = "depthwise_rows";
        Some(Variant { backend: "dsp", module, kernel, params, parameters: None, constants })
    }

    /// The kernel for weights in blocks, if that suits: units must share their inputs, and columns of the window
    /// lie side by side.
    fn blocks(&self, layer: &Simplified, padding: i8, output: Requantization) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        if !self.has_runs() {
            return None;
        }
        let filter = self.filter();
        let is_row = self.is_fully_connected();
        let run = if is_row { filter } else { window.x.taps.saturating_mul(depth) };
        let ties = output.least < output.zero_point;
        let Simplified { weights, bias, multipliers } = layer;
        let units = Units { weights, filter, run, bias, multipliers, ties };
        let steps = units.steps();
        let memory = steps.saturating_mul(MEMORY_OF_A_STEP).saturating_add(run.saturating_mul(2));
        let constants = vec![units.blocks().filter(|_| memory <= MAX_MEMORY)?];
        let (kernel, params) = if is_row {
            let params = PixelBlocks::<0> { depth: filter, units: window.units, output };
            ("conv_2d_1x1_blocks_s8", unit_blocks::with_arguments(&params, format_args!("{steps}")))
        } else {
            let params = Conv2dBlocks::<0, 0> { layer: ConvolutionBlocks { window, padding, output } };
            ("conv_2d_blocks_s8", unit_blocks::with_arguments(&params, format_args!("{steps}, {run}")))
        };
        Some(Variant { backend: "dsp", module: "blocks", kernel, params, parameters: None, constants })
    }

    /// The kernel for units one by one, if windows of 3x3 see one channel, or else side by side, if that suits.
    pub(super) fn stream(&self, layer: &unit_streams::Layer<'_>, padding: i8) -> Option<Variant> {
        if self.is_fully_connected() {
            let rows = self.window.y.output.checked_mul(self.window.x.output)?;
            return layer.fully_connected([rows, self.filter()]);
        }
        let rows = match (self.depth, self.order) {
            (1, Order::UnitsFirst) => layer.conv_2d_3x3(self.window, padding),
            (1, Order::UnitsLast) => layer.depthwise_conv_2d_3x3(self.window, padding),
            _ => None,
        };
        rows.or_else(|| match self.has_runs() {
            true => layer.conv_2d(self.window, padding),
            false if self.depth == 1 => layer.depthwise_conv_2d(self.window, padding),
            false => None,
        })
    }
    /// The same for an input that is bytes without a sign, where there is such a kernel.
    pub(super) fn stream_of_bytes(&self, layer: &unit_streams::Layer<'_>, padding: i8) -> Option<Variant> {
        let is_plane = self.depth == 1 && self.order == Order::UnitsFirst && !self.is_fully_connected();
        is_plane.then(|| layer.conv_2d_3x3_of_bytes(self.window, padding))?
    }
}
