//! Weights in fours of units side by side, for backends whose loops read them so: the layout that
//! `inner::portable::fours` defines.

mod layer;

use super::narrow::Form;
use super::unit_blocks::{of_each_channel, weights_of_channels, with_arguments};
use crate::inner::FOUR;
use crate::kernels::fours::{Conv2dFours, DepthwiseFours, RowFours, WindowFours};
use crate::kernels::shapes::{Requantization, Window};
use crate::program::{Constant, Parameters, Params, Variant};
pub(crate) use layer::Layer;

/// The backend whose loops read them.
pub(crate) const BACKEND: &str = "portable";

/// The part of it for which there are no loops that round once.
pub(crate) const WITHOUT_ONCE: &str = "v6m";

/// Bytes of stack that a kernel may take for inputs.
const MAX_MEMORY: usize = 4096;

/// The kernel for rows of `depth` inputs, of which there may be one alone.
pub(crate) fn fully_connected<L: Layer>(
    layer: &L,
    (depth, is_row): (usize, bool),
    range: Requantization,
) -> Option<Variant> {
    let params = RowFours { depth, units: layer.bias().len(), output: L::output(range) };
    let kernel = match is_row {
        true => L::Output::name(["fully_connected_row_fours_s8", "fully_connected_row_fours_once_s8"]),
        false => L::Output::name(["fully_connected_fours_s8", "fully_connected_fours_once_s8"]),
    };
    let text = format!("{params:?}");
    variant(kernel, (text, params.keep()), constants(layer, depth, range)?, &side_by_side(layer, depth)?)
}

/// The kernel for a window of `filter` inputs, whose columns are neighbours.
pub(crate) fn conv_2d<L: Layer>(
    layer: &L,
    filter: usize,
    window: Window,
    padding: i8,
    range: Requantization,
) -> Option<Variant> {
    if filter.saturating_mul(2) > MAX_MEMORY {
        return None;
    }
    let layer_of = WindowFours { window, padding, output: L::output(range) };
    let params = Conv2dFours::<0, _> { layer: layer_of };
    let params = with_arguments(&params, format_args!("{filter}, _"));
    let params = (params, layer_of.keep());
    let kernel = L::Output::name(["conv_2d_fours_s8", "conv_2d_fours_once_s8"]);
    variant(kernel, params, constants(layer, filter, range)?, &side_by_side(layer, filter)?)
}

/// The kernel for a window of `filter` taps on one channel.
pub(crate) fn depthwise_conv_2d<L: Layer>(
    layer: &L,
    filter: usize,
    window: Window,
    padding: i8,
    range: Requantization,
) -> Option<Variant> {
    let Window { channels, units, .. } = window;
    if !(FOUR..=MAX_MEMORY).contains(&channels) {
        return None;
    }
    let layer_of = WindowFours { window, padding, output: L::output(range) };
    let order = of_each_channel(units, channels);
    let weights = weights_of_channels(layer.weights(), filter, &order, channels);
    let constants = constants(&layer.in_order(&in_fours(&order, channels)), filter, range)?;
    if units == channels {
        let params = (format!("{layer_of:?}"), layer_of.keep());
        let kernel = L::Output::name(["depthwise_conv_2d_fours_s8", "depthwise_conv_2d_fours_once_s8"]);
        return variant(kernel, params, constants, &weights);
    }
    let multiplier = units.checked_div(channels)?;
    let params = DepthwiseFours::<0, _> { layer: layer_of, multiplier };
    let text = with_arguments(&params, format_args!("{channels}, _"));
    let kernel = L::Output::name([
        "depthwise_conv_2d_multiplier_fours_s8",
        "depthwise_conv_2d_multiplier_fours_once_s8",
    ]);
    let variant = variant(kernel, (text, params.keep()), constants, &weights)?;
    // The compiler's machine has no memory for it, and does with what all processors have.
    Some(Variant { parameters: None, ..variant })
}

/// The full form and that which is rounded once, if there is one, for the processors that have them.
pub(crate) fn both(full: Option<Variant>, once: Option<Variant>) -> [Option<Variant>; 2] {
    match once {
        Some(_) => [full.map(|full| Variant { backend: WITHOUT_ONCE, ..full }), once],
        None => [full, None],
    }
}

/// The units of a depthwise convolution as loops over four channels at a time take them: the last four of as many units as
/// there are channels may begin with some that were in the four before.
pub(crate) fn in_fours(units: &[usize], channels: usize) -> Vec<usize> {
    let of_each = |units: &[usize]| {
        let (whole, rest) = units.as_chunks::<FOUR>();
        let last = units.last_chunk::<FOUR>().filter(|_| !rest.is_empty());
        [whole.as_flattened(), last.map_or(&[], <[usize; FOUR]>::as_slice)].concat()
    };
    units.chunks(channels.max(1)).flat_map(of_each).collect()
}

/// The variant of a kernel with its parameters, as text and for the compiler's machine.
fn variant(
    kernel: &'static str,
    (params, parameters): (String, Parameters),
    constants: Constant,
    weights: &[i8],
) -> Option<Variant> {
    let weights = Constant::int8("WEIGHTS", weights.iter().copied());
    Some(Variant {
        backend: BACKEND,
        module: "fours",
        kernel,
        params,
        parameters: Some(parameters),
        constants: vec![weights, constants],
    })
}

/// The constants of each unit and of those that fill up the last four, if the loops give the right outputs with them.
fn constants<L: Layer>(layer: &L, filter: usize, range: Requantization) -> Option<Constant> {
    let mut units = layer.constants(filter, range)?;
    units.resize(units.len().checked_next_multiple_of(FOUR)?, L::NONE.to_vec());
    Some(Constant::int32("UNITS", units.concat()))
}

/// The weights of four units after the other, of each element those of all four.
fn side_by_side<L: Layer>(layer: &L, filter: usize) -> Option<Vec<i8>> {
    let units: Vec<&[i8]> = layer.weights().chunks_exact(filter.max(1)).collect();
    let whole = units.len().checked_next_multiple_of(FOUR)?;
    let mut weights = Vec::with_capacity(whole.checked_mul(filter)?);
    for four in units.chunks(FOUR) {
        for element in 0..filter {
            let weight = |unit: usize| four.get(unit).and_then(|unit| unit.get(element)).copied();
            weights.extend((0..FOUR).map(|unit| weight(unit).unwrap_or(0)));
        }
    }
    Some(weights)
}

#[cfg(test)]
mod tests;
