//! CONV_2D: every output channel is a weighted sum of a window that moves over an image.

use super::activation::Activation;
use super::convolution::{Convolution, Order};
use super::{Op, requantization, sums, window};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// Slot of `Conv2DOptions.quantized_bias_type`.
const BIAS_TYPE: u16 = 16;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=3, 1)?;
    let (input, weights, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    let options = reader.options(tflite::Operator::builtin_options_as_conv_2_doptions)?;
    let [units, rows, columns, depth] = reader.dimensions(weights, "weights")?;
    let [.., channels] = reader.nhwc(input, "input")?;
    if !channels.is_multiple_of(depth) || !units.is_multiple_of(channels.checked_div(depth).unwrap_or(0)) {
        return Err(Problem::new(
            format!("input of {channels} channels, {units} filters over {depth} channels"),
            "the channels of both must fall into equal groups",
            CONVERT_AGAIN,
        ));
    }
    if reader.tensor(weights).shifted && depth != channels && depth > 1 {
        return Err(Problem::new(
            "groups of uint8 channels",
            "TensorFlow Lite had none when it had uint8",
            "convert with a current TensorFlow, which makes int8 models",
        ));
    }
    let operands = sums::Operands { input, weights, output, bias: 2, units };
    let filter = rows.saturating_mul(columns).saturating_mul(depth);
    let rules = sums::Rules {
        biases: &[ElementType::Int32, ElementType::Int64],
        short_without_bias: sums::asks_for_short_sums(options._tab, BIAS_TYPE),
        unit: &|at| at.checked_div(filter).unwrap_or(0),
    };
    let activations = sums::read(reader, &operands, &rules)?;
    let geometry = window::Options {
        padding: options.padding(),
        stride: [options.stride_h(), options.stride_w()],
        dilation: [options.dilation_h_factor(), options.dilation_w_factor()],
    };
    let window = window::read(reader, input, output, [rows, columns], units, &geometry)?;
    let activation = Activation::read(options.fused_activation_function())?;
    let multipliers = requantization::multipliers(reader, input, weights, 0, output)?;
    activations.check(&multipliers)?;
    let range = activation.of_output(reader, output)?;
    Ok(Rc::new(Convolution { window, depth, order: Order::UnitsFirst, range, activations, multipliers }))
}
