//! The kernels of processors that have others than the rest.

use super::{Convolution, Order, parts};
use crate::inner::BLOCK;
use crate::kernels::blocks::{Conv2dBlocks, ConvolutionBlocks, PixelBlocks};
use crate::kernels::depthwise_rows::{DepthwiseConv2d3x3, DepthwiseConv2d3x3Units};
use crate::kernels::depthwise_taps::{DepthwiseConv2dTaps, DepthwiseConv2dUnits};
use crate::kernels::shapes::{Once, Requantization, Window};
use crate::ops::narrow::Form;
use crate::ops::unit_blocks::{
    self, MAX_MEMORY, MEMORY_OF_A_STEP, Simplified, Units, of_each_channel, weights_of_channels,
};
use crate::ops::{channel_rows, once, unit_fours, unit_streams, winograd};
use crate::optimize::Optimize;
use crate::program::{Constant, Variant};

/// Which loops a program is to have.
#[derive(Clone, Debug)]
pub(super) struct Loops {
    pub(super) optimize: Optimize,
    /// Whether it has that over depthwise rows of 3 × 3 anyway.
    pub(super) depthwise_3x3: bool,
    /// The layer as loops take it that round once, if it and all others can be rounded so.
    pub(super) once: Option<once::Units>,
}

impl Convolution {
    /// The kernels for backends that have others.
    pub(super) fn variants(
        &self,
        weights: &[i8],
        bias: &[i32],
        padding: i8,
        output: Requantization,
        loops: &Loops,
    ) -> Vec<Variant> {
        let layer = Simplified::of(weights, bias, &self.multipliers, output);
        let winograd = match loops.optimize {
            Optimize::Speed => self.winograd(&layer, padding, output),
            Optimize::Balanced | Optimize::Size => None,
        };
        let rows = winograd.or_else(|| self.rows_3x3(&layer, padding, output, loops));
        let taps = || self.taps(&layer, padding, output, loops);
        let blocks = rows.or_else(taps).or_else(|| self.blocks(&layer, padding, output, loops));
        let vectors = match &loops.once {
            Some(units) => self.vectors_once(units, padding, rounded_once(output)),
            None => self.vectors(weights, bias, padding, output),
        };
        let once = loops.once.as_ref().and_then(|units| self.fours(units, padding, output));
        let [fours, once] = unit_fours::both(self.fours(&layer, padding, output), once);
        [blocks, vectors, fours, once].into_iter().flatten().collect()
    }

    /// The units in fours, as the kernels for those have their constants.
    pub(super) fn in_fours(&self) -> Vec<usize> {
        let Window { channels, units, .. } = self.window;
        match self.depth == 1 && channels > 1 {
            true => unit_fours::in_fours(&of_each_channel(units, channels), channels),
            false => (0..units).collect(),
        }
    }

    /// The kernel for weights in fours of units, if that suits.
    fn fours<L: unit_fours::Layer>(&self, layer: &L, padding: i8, output: Requantization) -> Option<Variant> {
        let (window, filter) = (self.window, self.filter());
        if self.depth == 1 && window.channels > 1 {
            return unit_fours::depthwise_conv_2d(layer, filter, window, padding, output);
        }
        if self.is_fully_connected() {
            // The window does not tell how many images there are.
            return unit_fours::fully_connected(layer, (filter, false), output);
        }
        let suits = self.has_runs() && window.units > 1;
        suits.then(|| unit_fours::conv_2d(layer, filter, window, padding, output)).flatten()
    }

    /// Whether units share their inputs, and columns of the window lie side by side.
    pub(super) fn has_runs(&self) -> bool {
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
        loops: &Loops,
    ) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        let Window { x, channels, units, .. } = window;
        let row = x.output.saturating_mul(channels);
        let is_free = loops.depthwise_3x3 || loops.optimize == Optimize::Speed;
        let is_other = units != channels && (self.is_fully_connected() || channels == 1 && !is_free);
        if depth != 1 || !channel_rows::suits(&window) || row > MAX_MEMORY || is_other {
            return None;
        }
        let order = of_each_channel(units, channels);
        if let Some(once) = &loops.once {
            let constants = channel_rows::constants_once(&once.in_order(&order));
            return Some(self.of_rows(constants, false, padding, rounded_once(output)));
        }
        let ties = output.least < output.zero_point;
        let constants = channel_rows::constants(&layer.in_order(&order), ties)?;
        Some(self.of_rows(constants, ties, padding, output))
    }

    fn of_rows<R: Form>(&self, constants: Constant, ties: bool, padding: i8, output: R) -> Variant {
        let window = self.window;
        let Window { x, channels, units, .. } = window;
        let layer = DepthwiseConv2d3x3::<0, false, R> { window, padding, output };
        let loops = format!("{}, {ties}", x.stride);
        let (kernel, params) = if units == channels {
            let kernel = R::name(["depthwise_conv_2d_3x3_s8", "depthwise_conv_2d_3x3_once_s8"]);
            (kernel, unit_blocks::with_arguments(&layer, format_args!("{loops}, _")))
        } else {
            let multiplier = parts(units, channels);
            let row = x.output.saturating_mul(channels);
            let params = DepthwiseConv2d3x3Units::<0, false, 0, R> { layer, multiplier };
            let params = unit_blocks::with_arguments(&params, format_args!("{loops}, {row}, _"));
            let names = ["depthwise_conv_2d_multiplier_3x3_s8", "depthwise_conv_2d_multiplier_3x3_once_s8"];
            (R::name(names), params)
        };
        let (module, constants) = ("depthwise_rows", vec![constants]);
        Variant { backend: "dsp", module, kernel, params, parameters: None, constants }
    }

    /// The kernel for any other depthwise window.
    fn taps(
        &self,
        layer: &Simplified,
        padding: i8,
        output: Requantization,
        loops: &Loops,
    ) -> Option<Variant> {
        let Self { window: Window { channels, units, .. }, depth, .. } = *self;
        if depth != 1 || !(BLOCK..=MAX_MEMORY).contains(&channels) {
            return None;
        }
        let filter = self.filter();
        let order = of_each_channel(units, channels);
        let weights =
            |weights| Constant::int8("WEIGHTS", weights_of_channels(weights, filter, &order, channels));
        if let Some(once) = &loops.once {
            let units = once.in_order(&order);
            let constants = channel_rows::tap_constants_once(&units, filter, padding, channels);
            return Some(self.of_taps(
                vec![weights(&once.weights), constants],
                padding,
                rounded_once(output),
            ));
        }
        let constants = channel_rows::tap_constants(&layer.in_order(&order), filter, padding)?;
        Some(self.of_taps(vec![weights(&layer.weights), constants], padding, output))
    }

    fn of_taps<R: Form>(&self, constants: Vec<Constant>, padding: i8, output: R) -> Variant {
        let window = self.window;
        let Window { channels, units, .. } = window;
        let params = DepthwiseConv2dTaps { window, padding, output };
        let (kernel, params) = if units == channels {
            let kernel = R::name(["depthwise_conv_2d_taps_s8", "depthwise_conv_2d_taps_once_s8"]);
            (kernel, format!("{params:?}"))
        } else {
            let params = DepthwiseConv2dUnits::<0, R> { layer: params, multiplier: parts(units, channels) };
            let params = unit_blocks::with_arguments(&params, format_args!("{channels}, _"));
            let names = ["depthwise_conv_2d_multiplier_taps_s8", "depthwise_conv_2d_multiplier_taps_once_s8"];
            (R::name(names), params)
        };
        let module = "depthwise_taps";
        Variant { backend: "dsp", module, kernel, params, parameters: None, constants }
    }

    /// The kernel for weights in blocks, if that suits: units must share their inputs, and columns of the window
    /// lie side by side.
    fn blocks(
        &self,
        layer: &Simplified,
        padding: i8,
        output: Requantization,
        loops: &Loops,
    ) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        if !self.has_runs() {
            return None;
        }
        let filter = self.filter();
        let run = if self.is_fully_connected() { filter } else { window.x.taps.saturating_mul(depth) };
        match &loops.once {
            Some(once) => self.of_blocks(&Units::once(once, filter, run), padding, rounded_once(output)),
            None => self.of_blocks(&Units::full(layer, filter, run, output), padding, output),
        }
    }

    fn of_blocks<R: Form>(&self, units: &Units<'_>, padding: i8, output: R) -> Option<Variant> {
        let Self { window, .. } = *self;
        let (steps, &Units { filter, run, .. }) = (units.steps(), units);
        let memory = steps.saturating_mul(MEMORY_OF_A_STEP).saturating_add(run.saturating_mul(2));
        let constants = vec![units.blocks().filter(|_| memory <= MAX_MEMORY)?];
        let (kernel, params) = if self.is_fully_connected() {
            let params = PixelBlocks::<0, R> { depth: filter, units: window.units, output };
            let kernel = R::name(["conv_2d_1x1_blocks_s8", "conv_2d_1x1_blocks_once_s8"]);
            (kernel, unit_blocks::with_arguments(&params, format_args!("{steps}, _")))
        } else {
            let layer = ConvolutionBlocks { window, padding, output };
            let params = Conv2dBlocks::<0, 0, R> { layer };
            let kernel = R::name(["conv_2d_blocks_s8", "conv_2d_blocks_once_s8"]);
            (kernel, unit_blocks::with_arguments(&params, format_args!("{steps}, {run}, _")))
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

/// What all units of a layer with such an output have in common where they are rounded once.
fn rounded_once(Requantization { least, greatest, .. }: Requantization) -> Once {
    Once { least, greatest }
}

#[cfg(test)]
mod tests;
