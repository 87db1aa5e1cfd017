//! Which kernel computes a convolution.

use super::{Convolution, Order, parts};
use crate::kernels::conv_2d::{
    Conv2d, Conv2d16, Conv2dOffset, FullyConnected, FullyConnected16, FullyConnectedOffset,
};
use crate::kernels::depthwise_conv_2d::{
    DepthwiseConv2d, DepthwiseConv2d16, DepthwiseConv2dOffset, DepthwiseConv2dRing,
};
use crate::kernels::fully_connected::FullyConnectedRing;
use crate::kernels::shapes::{Requantization, Ring, Window};
use crate::lower::RingView;
use crate::ops::narrow::Form;
use crate::ops::sums::Sums;
use crate::program::Params;

/// The kernel that does the work of a convolution.
pub(super) struct Kernel {
    pub(super) module: &'static str,
    pub(super) name: &'static str,
    pub(super) params: Box<dyn Params>,
    /// How it wants the weights.
    pub(super) order: Order,
    /// Weights that begin with a byte of their own if they have four bits.
    pub(super) run: usize,
}

impl Convolution {
    /// The kernel for an input that may be kept as a ring, and the ring, if that is where it reads.
    pub(super) fn plain_kernel<R: Form>(
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

    /// The same for weights of four bits.
    pub(super) fn kernel_4(&self, padding: i8, output: Requantization) -> Kernel {
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
    pub(super) fn kernel_offset(
        &self,
        padding: i8,
        output: Requantization,
        weight_zero_point: i32,
    ) -> Kernel {
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
    pub(super) fn kernel_16(&self, sums: Sums, output: Requantization) -> Kernel {
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
