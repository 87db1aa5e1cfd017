//! What CONV_2D and DEPTHWISE_CONV_2D share: both are convolutions with groups of channels.

use super::activation::Activation;
use super::sums::{Activations, Sums};
use super::{Op, requantization};
use crate::graph::ElementType;
use crate::kernels::conv_2d::{
    Conv2d, Conv2d16, Conv2dOffset, FullyConnected, FullyConnected16, FullyConnectedOffset,
};
use crate::kernels::depthwise_conv_2d::{
    DepthwiseConv2d, DepthwiseConv2d16, DepthwiseConv2dOffset, DepthwiseConv2dRing,
};
use crate::kernels::fully_connected::FullyConnectedRing;
use crate::kernels::shapes::{Requantization, Ring, Window};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::quantize::Multiplier;

/// How a file orders weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `[unit, row, column, channel of the group]`.
    UnitsFirst,
    /// `[row, column, unit]`.
    UnitsLast,
}

/// A convolution: bias is input 2, and may be left out.
#[derive(Debug)]
pub(crate) struct Convolution {
    pub(crate) window: Window,
    /// Channels that one unit sees.
    pub(crate) depth: usize,
    pub(crate) order: Order,
    pub(crate) activation: Activation,
    pub(crate) activations: Activations,
    /// One, or one per unit.
    pub(crate) multipliers: Vec<Multiplier>,
}

impl Op for Convolution {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        if let Activations::Int16(sums) = self.activations {
            return self.lower_16(to, sums);
        }
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, padding) = to.scale_and_zero_point(input);
        let padding = i8::try_from(padding).map_err(|_| to.bug(format_args!("zero point {padding}")))?;
        let (scale, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.activation.range(scale, zero_point, ElementType::Int8);
        let range = Requantization { zero_point, least, greatest };
        let (_, weight_zero_point) = to.scale_and_zero_point(weights);
        // A depthwise convolution has too few weights for it to be worth a kernel.
        let four_bits = to.tensor(weights).ty == ElementType::Int4 && self.order == Order::UnitsFirst;
        let weights = self.units_first(to.tensor(weights).to_i8().unwrap_or_default());
        let units = weights.chunks_exact(self.filter());
        let sums = units.map(|unit| requantization::difference_sum(unit, weight_zero_point));
        let bias = requantization::folded_bias(to, 2, sums, padding.into());
        let (multipliers, shifts) = requantization::constants(&self.multipliers, self.window.units);
        let plain = weight_zero_point == 0 && !four_bits;
        let on_ring = to.ring(input).filter(|_| plain);
        let on_ring = on_ring.and_then(|ring| Some((ring, self.ring_kernel(ring.shape, range)?)));
        let (ring, kernel) = match on_ring {
            Some((ring, kernel)) => (Some(ring), kernel),
            None if four_bits && weight_zero_point == 0 => (None, self.kernel_4(padding, range)),
            None if weight_zero_point == 0 => (None, self.kernel(padding, range)),
            None => (None, self.kernel_offset(padding, range, weight_zero_point)),
        };
        let weights = match kernel.order {
            Order::UnitsFirst => weights,
            Order::UnitsLast => transposed(&weights, self.filter()),
        };
        let weights = match four_bits {
            true => requantization::packed(&weights, kernel.run),
            false => weights,
        };
        let elements = to.tensor(output).elements();
        let mut args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", weights)),
            Arg::Constant(Constant::int32("BIAS", bias)),
            multipliers,
            shifts,
        ];
        match ring {
            Some(ring) => args.extend(ring.args()),
            None => args.push(Arg::Window("input", to.read(input)?, Access::Read)),
        }
        args.push(Arg::Window("output", to.write(output)?, Access::Write));
        to.call(kernel.module, kernel.name, &*kernel.params, args, elements.saturating_mul(self.filter()));
        Ok(())
    }
}

/// The kernel that does the work of a convolution.
struct Kernel {
    module: &'static str,
    name: &'static str,
    params: Box<dyn std::fmt::Debug>,
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

    /// Picks the kernel that exploits most of what is known.
    fn kernel(&self, padding: i8, output: Requantization) -> Kernel {
        let Self { window, depth, .. } = *self;
        let Window { x, channels, units, .. } = window;
        if self.is_fully_connected() {
            let Requantization { zero_point, least, greatest } = output;
            let params = FullyConnected { depth: self.filter(), units, zero_point, least, greatest };
            return Kernel {
                module: "conv_2d",
                name: "conv_2d_1x1_s8",
                params: Box::new(params),
                order: Order::UnitsFirst,
                run: 1,
            };
        }
        if depth == 1 {
            let multiplier = parts(units, channels);
            let name = match multiplier {
                1 => "depthwise_conv_2d_s8",
                _ => "depthwise_conv_2d_multiplier_s8",
            };
            let params = Box::new(DepthwiseConv2d { window, multiplier, padding, output });
            return Kernel { module: "depthwise_conv_2d", name, params, order: Order::UnitsLast, run: 1 };
        }
        let name = match depth == channels && x.dilation == 1 {
            true => "conv_2d_contiguous_s8",
            false => "conv_2d_s8",
        };
        let params =
            Box::new(Conv2d { window, depth, group: parts(units, parts(channels, depth)), padding, output });
        Kernel { module: "conv_2d", name, params, order: Order::UnitsFirst, run: 1 }
    }
}

impl Convolution {
    /// The kernel that reads its input where that is kept as a ring, if there is one: for one window,
    /// which is all of the input.
    fn ring_kernel(&self, ring: Ring, output: Requantization) -> Option<Kernel> {
        let Self { window: Window { y, x, channels, units }, depth, .. } = *self;
        let image = y.input.saturating_mul(x.input).saturating_mul(channels);
        if !(y.is_whole() && x.is_whole() && ring.slot.saturating_mul(ring.slots) == image) {
            return None;
        }
        if depth == channels {
            let Requantization { zero_point, least, greatest } = output;
            let layer = FullyConnected { depth: self.filter(), units, zero_point, least, greatest };
            let (module, name) = ("fully_connected", "fully_connected_ring_s8");
            let params = Box::new(FullyConnectedRing { ring, layer });
            return Some(Kernel { module, name, params, order: Order::UnitsFirst, run: 1 });
        }
        let pixels = depth == 1 && units == channels && ring.slot.is_multiple_of(channels);
        pixels.then(|| {
            let (module, name) = ("depthwise_conv_2d", "depthwise_conv_2d_ring_s8");
            let params = Box::new(DepthwiseConv2dRing { ring, channels, output });
            Kernel { module, name, params, order: Order::UnitsLast, run: 1 }
        })
    }

    fn lower_16(&self, to: &mut Lowering<'_>, sums: Sums) -> Result<(), Bug> {
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (scale, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.activation.range(scale, zero_point, ElementType::Int16);
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
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call(kernel.module, kernel.name, &*kernel.params, args, macs);
        Ok(())
    }

    /// The same for weights of four bits.
    fn kernel_4(&self, padding: i8, output: Requantization) -> Kernel {
        let Self { window, depth, .. } = *self;
        let (module, order) = ("conv_2d", Order::UnitsFirst);
        if self.is_fully_connected() {
            let Requantization { zero_point, least, greatest } = output;
            let (run, units) = (self.filter(), window.units);
            let params = Box::new(FullyConnected { depth: run, units, zero_point, least, greatest });
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
            let Requantization { zero_point, least, greatest } = output;
            let layer = FullyConnected { depth: self.filter(), units, zero_point, least, greatest };
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

/// How often `size` is in `whole`, which import has checked to be a multiple of it.
fn parts(whole: usize, size: usize) -> usize {
    whole.checked_div(size).unwrap_or(0)
}

/// A matrix of rows of `width` elements with rows and columns exchanged.
fn transposed(values: &[i8], width: usize) -> Vec<i8> {
    (0..width).flat_map(|column| values.iter().skip(column).step_by(width).copied()).collect()
}
