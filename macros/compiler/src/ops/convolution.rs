//! What CONV_2D and DEPTHWISE_CONV_2D share: both are convolutions with groups of channels.

use super::channels::{Channels, Cut};
use super::lookup::limited;
use super::narrow::{self, Form};
use super::one_scale::{Following, Joined, Scales};
use super::sums::{Activations, Sums};
use super::unit_blocks::{self, MAX_MEMORY, MEMORY_OF_A_STEP, Simplified, Units};
use super::{
    Op, Padding, channel_rows, requantization, unit_fours, unit_products, unit_streams, weighted, window,
    winograd,
};
use crate::graph::{ElementType, Tensor};
use crate::inner::BLOCK;
use crate::kernels::blocks::{Conv2dBlocks, ConvolutionBlocks, PixelBlocks};
use crate::kernels::conv_2d::{
    Conv2d, Conv2d16, Conv2dOffset, FullyConnected, FullyConnected16, FullyConnectedOffset,
};
use crate::kernels::depthwise_conv_2d::{
    DepthwiseConv2d, DepthwiseConv2d16, DepthwiseConv2dOffset, DepthwiseConv2dRing,
};
use crate::kernels::depthwise_rows::{DepthwiseConv2d3x3, DepthwiseConv2dTaps};
use crate::kernels::fully_connected::FullyConnectedRing;
use crate::kernels::reach::Reach;
use crate::kernels::shapes::{Requantization, Ring, Window};
use crate::lower::{Bug, Lowering, RingView};
use crate::optimize::Optimize;
use crate::program::{Access, Arg, Constant, Params, Planes, Variant, View};
use crate::quantize::Multiplier;
use crate::ranges::{Known, Ranges};
use std::rc::Rc;

mod channels;

/// How a file orders weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `[unit, row, column, channel of the group]`.
    UnitsFirst,
    /// `[row, column, unit]`.
    UnitsLast,
}

/// A convolution: bias is input 2, and may be left out.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    pub(crate) window: Window,
    /// Channels that one unit sees.
    pub(crate) depth: usize,
    pub(crate) order: Order,
    /// The least and the greatest output, after the fused activation.
    pub(crate) range: (i32, i32),
    pub(crate) activations: Activations,
    /// One, or one per unit.
    pub(crate) multipliers: Vec<Multiplier>,
}

impl Op for Convolution {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        self.output_ranges(known)
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        self.ties(known)
    }

    fn padded(&self, padding: &Padding, known: &Known<'_>) -> Option<Rc<dyn Op>> {
        // As many channels and images as before, and the value that stands for nothing.
        let same = padding.shape.last() == Some(&self.window.channels)
            && padding.shape.first() == known.input(0)?.shape.first()
            && padding.value == Known::zero_point(known.input(0)?);
        let window = window::padded(self.window, padding).filter(|_| same)?;
        Some(Rc::new(Self { window, ..self.clone() }))
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        Some(Rc::new(Self { range: limited(self.range, least, greatest), ..self.clone() }))
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        Some(Rc::new(self.cut(cut)?))
    }

    fn followed(
        &self,
        known: &Known<'_>,
        then: Following<'_>,
        zero_point: i32,
    ) -> Option<(Rc<dyn Op>, Tensor)> {
        let Self { activations, multipliers, range, .. } = self;
        let before = known.output(0)?;
        let sums = self.sums(known)?;
        let scales =
            Scales { multipliers, sums: &sums, zero_point: Known::zero_point(before), range: *range };
        let (joined, bias) = weighted::followed(known, *activations, &scales, then, zero_point)?;
        let Joined { multipliers, range, .. } = joined;
        Some((Rc::new(Self { multipliers, range, ..self.clone() }), bias))
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        if let Activations::Int16(sums) = self.activations {
            return self.lower_16(to, sums);
        }
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, padding) = to.scale_and_zero_point(input);
        let padding = i8::try_from(padding).map_err(|_| to.bug(format_args!("zero point {padding}")))?;
        let (_, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.range;
        let range = Requantization { zero_point, least, greatest };
        let (_, weight_zero_point) = to.scale_and_zero_point(weights);
        // A depthwise convolution has too few weights for it to be worth a kernel.
        let four_bits = to.tensor(weights).ty == ElementType::Int4 && self.order == Order::UnitsFirst;
        let weights = self.units_first(to.tensor(weights).to_i8().unwrap_or_default());
        let units = weights.chunks_exact(self.filter());
        let sums = units.map(|unit| requantization::difference_sum(unit, weight_zero_point));
        let bias = requantization::folded_bias(to, 2, sums, padding.into());
        let mut variants = match weight_zero_point {
            0 => self.variants(&weights, &bias, padding, range, to.optimize()),
            _ => Vec::new(),
        };
        let plain = weight_zero_point == 0 && !four_bits;
        let sums = self.sums(&to.known());
        let layer = || Simplified::of(&weights, &bias, &self.multipliers, range);
        let short = sums.as_ref().and_then(|sums| unit_products::shorten(&mut variants, layer, sums, range));
        let ring = to.ring(input).filter(|_| plain);
        let narrow = sums.as_ref().filter(|_| plain);
        let narrow = narrow.and_then(|sums| narrow::narrowed(range, &self.multipliers, sums));
        if let Some(((range, scales), sums)) = narrow.zip(sums.as_ref()) {
            let (on_ring, kernel) = self.plain_kernel(ring, padding, range);
            let note = narrow::note(&scales);
            let stream =
                unit_streams::Layer { weights: &weights, bias: &bias, scales: &scales, sums, output: range };
            let is_small = to.optimize() == Optimize::Size;
            let stream = if on_ring.is_some() || is_small { None } else { self.stream(&stream, padding) };
            variants.push(stream.unwrap_or_else(|| {
                let weights = self.ordered(&weights, &kernel);
                narrow::variant(kernel.module, kernel.name, &*kernel.params, (weights, &bias, scales))
            }));
            to.note(note);
        }
        let (ring, kernel) = match plain {
            true => self.plain_kernel(ring, padding, range),
            false if weight_zero_point == 0 => (None, self.kernel_4(padding, range)),
            false => (None, self.kernel_offset(padding, range, weight_zero_point)),
        };
        let weights = self.ordered(&weights, &kernel);
        let weights = match four_bits {
            true => requantization::packed(&weights, kernel.run),
            false => weights,
        };
        let elements = to.tensor(output).elements();
        let (multipliers, shifts) = requantization::constants(&self.multipliers, self.window.units);
        let mut args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", weights)),
            Arg::Constant(Constant::int32("BIAS", bias)),
            multipliers,
            shifts,
        ];
        match ring {
            Some(ring) => {
                args.extend(ring.args());
                args.push(Arg::Window("output", to.write(output)?, Access::Write));
                // What other backends have reads no ring.
                variants.retain(|variant| variant.backend == narrow::BACKEND);
            }
            None => {
                short.into_iter().for_each(|note| to.note(note));
                let mut planes = self.planes(to.read(input)?, to.write(output)?);
                if let Some(layer) = variants.iter().find_map(winograd::of) {
                    planes = planes.and(|len| layer.reach(len));
                    to.note(winograd::NOTE.to_owned());
                }
                args.push(Arg::Planes(planes));
            }
        }
        if let Some(sums) = sums {
            to.prove_sums(&sums);
        }
        to.call(kernel.module, kernel.name, &*kernel.params, args, elements.saturating_mul(self.filter()));
        variants.into_iter().for_each(|variant| to.offer(variant));
        Ok(())
    }
}

/// The kernel that does the work of a convolution.
struct Kernel {
    module: &'static str,
    name: &'static str,
    params: Box<dyn Params>,
    /// How it wants the weights.
    order: Order,
    /// Weights that begin with a byte of their own if they have four bits.
    run: usize,
}

impl Convolution {
    /// Weights of one unit.
    fn filter(&self) -> usize {
        self.window.y.taps.saturating_mul(self.window.x.taps).saturating_mul(self.depth)
    }

    /// Weights in the order in which a kernel reads them.
    fn ordered(&self, weights: &[i8], kernel: &Kernel) -> Vec<i8> {
        match kernel.order {
            Order::UnitsFirst => weights.to_vec(),
            Order::UnitsLast => transposed(weights, self.filter()),
        }
    }

    /// Weights in the order in which all kernels but the depthwise ones read them.
    fn units_first(&self, weights: Vec<i8>) -> Vec<i8> {
        match self.order {
            Order::UnitsFirst => weights,
            Order::UnitsLast => transposed(&weights, self.window.units),
        }
    }

    /// Whether each pixel, or the whole image, is a row of a fully connected layer.
    fn is_fully_connected(&self) -> bool {
        let Window { y, x, channels, .. } = self.window;
        let pixels = y.is_pointwise() && x.is_pointwise();
        self.depth == channels && (pixels || y.is_whole() && x.is_whole())
    }

    /// An input and an output that may share memory.
    fn planes(&self, input: View, output: View) -> Planes {
        Planes::new(input, output, |len| match self.is_fully_connected() {
            true => Reach::of_runs_in(len, self.filter(), self.window.units),
            false => self.window.reach(len),
        })
    }

    /// The kernel for an input that may be kept as a ring, and the ring, if that is where it reads.
    fn plain_kernel<R: Form>(
        &self,
        ring: Option<RingView>,
        padding: i8,
        output: R,
    ) -> (Option<RingView>, Kernel) {
        let on_ring = ring.and_then(|ring| Some((self.ring_kernel(ring.shape, output)?, ring)));
        match on_ring {
            Some((kernel, ring)) => (Some(ring), kernel),
            None => (None, self.kernel(padding, output)),
        }
    }

    /// Picks the kernel that exploits most of what is known.
    fn kernel<R: Form>(&self, padding: i8, output: R) -> Kernel {
        let Self { window, depth, .. } = *self;
        let Window { x, channels, units, .. } = window;
        if self.is_fully_connected() {
            let params = FullyConnected { depth: self.filter(), units, output };
            return Kernel {
                module: "conv_2d",
                name: R::name(["conv_2d_1x1_s8", "conv_2d_1x1_narrow_s8"]),
                params: Box::new(params),
                order: Order::UnitsFirst,
                run: 1,
            };
        }
        if depth == 1 {
            let multiplier = parts(units, channels);
            let name = match multiplier {
                1 => R::name(["depthwise_conv_2d_s8", "depthwise_conv_2d_narrow_s8"]),
                _ => R::name(["depthwise_conv_2d_multiplier_s8", "depthwise_conv_2d_multiplier_narrow_s8"]),
            };
            let params = Box::new(DepthwiseConv2d { window, multiplier, padding, output });
            return Kernel { module: "depthwise_conv_2d", name, params, order: Order::UnitsLast, run: 1 };
        }
        let name = match depth == channels && x.dilation == 1 {
            true => R::name(["conv_2d_contiguous_s8", "conv_2d_contiguous_narrow_s8"]),
            false => R::name(["conv_2d_s8", "conv_2d_narrow_s8"]),
        };
        let params =
            Box::new(Conv2d { window, depth, group: parts(units, parts(channels, depth)), padding, output });
        Kernel { module: "conv_2d", name, params, order: Order::UnitsFirst, run: 1 }
    }
}

impl Convolution {
    /// The kernel that reads its input where that is kept as a ring, if there is one: for one window,
    /// which is all of the input.
    fn ring_kernel<R: Form>(&self, ring: Ring, output: R) -> Option<Kernel> {
        let Self { window: Window { y, x, channels, units }, depth, .. } = *self;
        let image = y.input.saturating_mul(x.input).saturating_mul(channels);
        if !(y.is_whole() && x.is_whole() && ring.slot.saturating_mul(ring.slots) == image) {
            return None;
        }
        if depth == channels {
            let layer = FullyConnected { depth: self.filter(), units, output };
            let module = "fully_connected";
            let name = R::name(["fully_connected_ring_s8", "fully_connected_ring_narrow_s8"]);
            let params = Box::new(FullyConnectedRing { ring, layer });
            return Some(Kernel { module, name, params, order: Order::UnitsFirst, run: 1 });
        }
        let pixels = depth == 1 && units == channels && ring.slot.is_multiple_of(channels);
        pixels.then(|| {
            let module = "depthwise_conv_2d";
            let name = R::name(["depthwise_conv_2d_ring_s8", "depthwise_conv_2d_ring_narrow_s8"]);
            let params = Box::new(DepthwiseConv2dRing { ring, channels, output });
            Kernel { module, name, params, order: Order::UnitsLast, run: 1 }
        })
    }

    fn lower_16(&self, to: &mut Lowering<'_>, sums: Sums) -> Result<(), Bug> {
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.range;
        let kernel = self.kernel_16(sums, Requantization { zero_point, least, greatest });
        let weights = self.units_first(to.tensor(weights).to_i8().unwrap_or_default());
        let weights = match kernel.order {
            Order::UnitsFirst => weights,
            Order::UnitsLast => transposed(&weights, self.filter()),
        };
        let (multipliers, shifts) = sums.scales(&self.multipliers, self.window.units);
        let macs = to.tensor(output).elements().saturating_mul(self.filter());
        let args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", weights)),
            sums.bias(to, 2, self.window.units),
            multipliers,
            shifts,
            Arg::Planes(self.planes(to.read(input)?, to.write(output)?)),
        ];
        to.call(kernel.module, kernel.name, &*kernel.params, args, macs);
        Ok(())
    }

    /// The same for weights of four bits.
    fn kernel_4(&self, padding: i8, output: Requantization) -> Kernel {
        let Self { window, depth, .. } = *self;
        let (module, order) = ("conv_2d", Order::UnitsFirst);
        if self.is_fully_connected() {
            let (run, units) = (self.filter(), window.units);
            let params = Box::new(FullyConnected { depth: run, units, output });
            return Kernel { module, name: "conv_2d_1x1_s4", params, order, run };
        }
        let group = parts(window.units, parts(window.channels, depth));
        let params = Box::new(Conv2d { window, depth, group, padding, output });
        Kernel { module, name: "conv_2d_s4", params, order, run: depth }
    }

    /// The same for weights with a zero point.
    fn kernel_offset(&self, padding: i8, output: Requantization, weight_zero_point: i32) -> Kernel {
        let Self { window, depth, .. } = *self;
        let Window { channels, units, .. } = window;
        if self.is_fully_connected() {
            let layer = FullyConnected { depth: self.filter(), units, output };
            let params = Box::new(FullyConnectedOffset { layer, weight_zero_point });
            let (module, name) = ("conv_2d", "conv_2d_1x1_offset_s8");
            return Kernel { module, name, params, order: Order::UnitsFirst, run: 1 };
        }
        if depth == 1 && channels > 1 || self.order == Order::UnitsLast {
            let layer = DepthwiseConv2d { window, multiplier: parts(units, channels), padding, output };
            let params = Box::new(DepthwiseConv2dOffset { layer, weight_zero_point });
            let (module, name) = ("depthwise_conv_2d", "depthwise_conv_2d_offset_s8");
            return Kernel { module, name, params, order: Order::UnitsLast, run: 1 };
        }
        let layer = Conv2d { window, depth, group: parts(units, parts(channels, depth)), padding, output };
        let params = Box::new(Conv2dOffset { layer, weight_zero_point });
        Kernel { module: "conv_2d", name: "conv_2d_offset_s8", params, order: Order::UnitsFirst, run: 1 }
    }

    /// The same for `int16`.
    fn kernel_16(&self, sums: Sums, output: Requantization) -> Kernel {
        let Self { window, depth, .. } = *self;
        let Window { x, channels, units, .. } = window;
        if self.is_fully_connected() {
            let params = FullyConnected16 { depth: self.filter(), units, sums, output };
            let (params, order) = (Box::new(params), Order::UnitsFirst);
            return Kernel { module: "conv_2d", name: "conv_2d_1x1_s16", params, order, run: 1 };
        }
        if depth == 1 && units == channels {
            let params = Box::new(DepthwiseConv2d16 { window, sums, output });
            let (module, name) = ("depthwise_conv_2d", "depthwise_conv_2d_s16");
            return Kernel { module, name, params, order: Order::UnitsLast, run: 1 };
        }
        let contiguous = depth == channels && x.dilation == 1;
        let group = parts(units, parts(channels, depth));
        let params = Box::new(Conv2d16 { window, depth, group, contiguous, sums, output });
        Kernel { module: "conv_2d", name: "conv_2d_s16", params, order: Order::UnitsFirst, run: 1 }
    }
}

impl Convolution {
    /// The kernels for backends that have others.
    fn variants(
        &self,
        weights: &[i8],
        bias: &[i32],
        padding: i8,
        output: Requantization,
        optimize: Optimize,
    ) -> Vec<Variant> {
        let layer = Simplified::of(weights, bias, &self.multipliers, output);
        let winograd = match optimize {
            Optimize::Speed => self.winograd(&layer, padding, output),
            Optimize::Balanced | Optimize::Size => None,
        };
        let rows = winograd.or_else(|| self.rows_3x3(&layer, padding, output));
        let taps = || self.taps(&layer, padding, output);
        let blocks = rows.or_else(taps).or_else(|| self.blocks(&layer, padding, output));
        let one_channel = self.one_channel(weights, bias, padding, output);
        [blocks, one_channel, self.fours(&layer, padding, output)].into_iter().flatten().collect()
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
        let (multipliers, shifts) = requantization::constants(&self.multipliers, units);
        let mut constants =
            vec![Constant::int8("WEIGHTS", weights.iter().copied()), Constant::int32("BIAS", bias.to_vec())];
        constants.extend([multipliers, shifts].into_iter().filter_map(|arg| match arg {
            Arg::Constant(constant) => Some(constant),
            Arg::Window(..) | Arg::Planes(_) => None,
        }));
        let (module, kernel) = ("conv_2d", "conv_2d_contiguous_s8");
        let params = format!("{params:?}");
        Some(Variant { backend: "mve", module, kernel, params, parameters: None, constants })
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

    /// The kernel for a depthwise window of 3 × 3, if it is one.
    fn rows_3x3(&self, layer: &Simplified, padding: i8, output: Requantization) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        if depth != 1 || !channel_rows::suits(&window) {
            return None;
        }
        let ties = output.least < output.zero_point;
        let constants = vec![channel_rows::constants(layer, ties)?];
        let params = DepthwiseConv2d3x3::<0, false> { window, padding, output };
        let params = unit_blocks::with_arguments(&params, format_args!("{}, {ties}", window.x.stride));
        let (module, kernel) = ("depthwise_rows", "depthwise_conv_2d_3x3_s8");
        Some(Variant { backend: "dsp", module, kernel, params, parameters: None, constants })
    }

    /// The kernel for any other depthwise window.
    fn taps(&self, layer: &Simplified, padding: i8, output: Requantization) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        if depth != 1 || window.units != window.channels || window.channels < BLOCK {
            return None;
        }
        let filter = self.filter();
        let channels = channel_rows::tap_constants(layer, filter, padding)?;
        let constants = vec![Constant::int8("WEIGHTS", transposed(&layer.weights, filter)), channels];
        let params = format!("{:?}", DepthwiseConv2dTaps { window, padding, output });
        let (module, kernel) = ("depthwise_rows", "depthwise_conv_2d_taps_s8");
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
}

impl Convolution {
    /// The kernel for units side by side, if that suits.
    fn stream(&self, layer: &unit_streams::Layer<'_>, padding: i8) -> Option<Variant> {
        match self.is_fully_connected() {
            true => layer.fully_connected(self.filter()),
            false if self.has_runs() => layer.conv_2d(self.window, padding),
            false if self.depth == 1 => layer.depthwise_conv_2d(self.window, padding),
            false => None,
        }
    }
}

/// How often `size` is in `whole`, which import has checked to be a multiple of it.
fn parts(whole: usize, size: usize) -> usize {
    whole.checked_div(size).unwrap_or(0)
}

/// A matrix of rows of `width` elements with rows and columns exchanged.
pub(super) fn transposed(values: &[i8], width: usize) -> Vec<i8> {
    (0..width).flat_map(|column| values.iter().skip(column).step_by(width).copied()).collect()
}
