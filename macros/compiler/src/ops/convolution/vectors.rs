//! The kernels of processors with vector registers.

use super::{Convolution, parts, transposed};
use crate::inner::BLOCK;
use crate::kernels::conv_2d::{Conv2d, FullyConnected};
use crate::kernels::depthwise_conv_2d::{DepthwiseConv2d, DepthwiseConv2dVectors};
use crate::kernels::shapes::{Once, Requantization, Window};
use crate::ops::unit_blocks::{MAX_MEMORY, of_each_channel, ordered, weights_of_channels, with_arguments};
use crate::ops::{once, requantization};
use crate::program::{Arg, Constant, Variant};

/// A kernel for the backend.
fn variant(module: &'static str, kernel: &'static str, params: String, constants: Vec<Constant>) -> Variant {
    Variant { backend: "mve", module, kernel, params, parameters: None, constants }
}

impl Convolution {
    /// The kernel for units that are as the reference has them, where it is another one than that of other backends.
    pub(super) fn vectors(
        &self,
        weights: &[i8],
        bias: &[i32],
        padding: i8,
        output: Requantization,
    ) -> Option<Variant> {
        let one_channel = self.one_channel(weights, bias, padding, output);
        one_channel.or_else(|| self.channel_vectors(weights, bias, padding, output))
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
        Some(variant("conv_2d", "conv_2d_contiguous_s8", format!("{params:?}"), constants))
    }

    /// The kernel for several units of each of many channels, if there are vectors.
    fn channel_vectors(
        &self,
        weights: &[i8],
        bias: &[i32],
        padding: i8,
        output: Requantization,
    ) -> Option<Variant> {
        let order = self.channel_order()?;
        let Self { window, .. } = *self;
        let weights = weights_of_channels(weights, self.filter(), &order, window.channels);
        let multiplier = parts(window.units, window.channels);
        let params =
            DepthwiseConv2dVectors::<0> { layer: DepthwiseConv2d { window, multiplier, padding, output } };
        let params = with_arguments(&params, format_args!("{}", window.channels));
        let constants = self.constants(order, weights, bias);
        Some(variant("depthwise_conv_2d", "depthwise_conv_2d_multiplier_vectors_s8", params, constants))
    }

    /// The order of units for which there is a kernel, if there are several for each of many channels.
    fn channel_order(&self) -> Option<Vec<usize>> {
        let Window { channels, units, .. } = self.window;
        let suits = self.depth == 1 && units != channels && (BLOCK..=MAX_MEMORY).contains(&channels);
        suits.then(|| of_each_channel(units, channels))
    }

    /// The kernel for units that are rounded once.
    pub(super) fn vectors_once(
        &self,
        units: &once::Units,
        padding: i8,
        output: Requantization,
    ) -> Option<Variant> {
        let Self { window, depth, .. } = *self;
        let output = Once { least: output.least, greatest: output.greatest };
        let Window { channels, units: count, .. } = window;
        if self.is_fully_connected() {
            let params = FullyConnected { depth: self.filter(), units: count, output };
            let constants = units.clone().constants();
            return Some(variant("conv_2d", "conv_2d_1x1_once_s8", format!("{params:?}"), constants));
        }
        let (module, multiplier) = ("depthwise_conv_2d", parts(count, channels));
        let layer = DepthwiseConv2d { window, multiplier, padding, output };
        if depth == 1 && count == channels {
            let weights = transposed(&units.weights, self.filter());
            let constants = once::Units { weights, ..units.clone() }.constants();
            return Some(variant(module, "depthwise_conv_2d_once_s8", format!("{layer:?}"), constants));
        }
        if self.has_runs() {
            let params = Conv2d { window, depth, group: count, padding, output };
            let constants = units.clone().constants();
            return Some(variant("conv_2d", "conv_2d_contiguous_once_s8", format!("{params:?}"), constants));
        }
        let order = self.channel_order()?;
        let weights = weights_of_channels(&units.weights, self.filter(), &order, channels);
        let constants = once::Units { weights, ..units.in_order(&order) }.constants();
        let params = DepthwiseConv2dVectors::<0, Once> { layer };
        let params = with_arguments(&params, format_args!("{channels}, Once"));
        Some(variant(module, "depthwise_conv_2d_multiplier_vectors_once_s8", params, constants))
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
}
