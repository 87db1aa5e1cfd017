//! DEPTHWISE_CONV_2D: every output channel is a weighted sum of a window over one channel.

use super::activation::Activation;
use super::convolution::{Convolution, Order};
use super::{Op, requantization, sums, window};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=3, 1)?;
    let (input, weights, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    let options = reader.options(tflite::Operator::builtin_options_as_depthwise_conv_2_doptions)?;
    let [one, rows, columns, units] = reader.dimensions(weights, "weights")?;
    if one != 1 {
        return Err(Problem::new(
            format!("weights have shape {:?}", reader.tensor(weights).shape),
            "their first dimension must be 1",
            CONVERT_AGAIN,
        ));
    }
    check_multiplier(reader, units, options.depth_multiplier())?;
    let operands = sums::Operands { input, weights, output, bias: 2, units };
    // Unlike elsewhere, the reference reads every bias of `int16` as 64 bits.
    let rules = sums::Rules {
        biases: &[ElementType::Int64],
        short_without_bias: false,
        unit: &|at| at.checked_rem(units).unwrap_or(0),
    };
    let activations = sums::read(reader, &operands, &rules)?;
    let geometry = window::Options {
        padding: options.padding(),
        stride: [options.stride_h(), options.stride_w()],
        dilation: [options.dilation_h_factor(), options.dilation_w_factor()],
    };
    let window = window::read(reader, input, output, [rows, columns], units, &geometry)?;
    let activation = Activation::read(options.fused_activation_function())?;
    let multipliers = requantization::multipliers(reader, input, weights, 3, output)?;
    activations.check(&multipliers)?;
    let range = activation.of_output(reader, output)?;
    Ok(Rc::new(Convolution { window, depth: 1, order: Order::UnitsLast, range, activations, multipliers }))
}

/// The multiplier follows from the shapes. Some converters leave the option at 0, which LiteRT does
/// not look at.
fn check_multiplier(reader: &Reader<'_>, units: usize, given: i32) -> Result<(), Problem> {
    let [.., channels] = reader.nhwc(reader.input(0)?, "input")?;
    let follows = units.checked_div(channels).unwrap_or(0);
    if units.is_multiple_of(channels) && (given == 0 || usize::try_from(given) == Ok(follows)) {
        return Ok(());
    }
    Err(Problem::new(
        format!("input of {channels} channels, {units} filters, multiplier {given}"),
        "there must be as many filters for each channel as the multiplier says",
        CONVERT_AGAIN,
    ))
}
