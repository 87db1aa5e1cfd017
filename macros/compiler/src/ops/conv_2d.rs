//! CONV_2D: every output channel is a weighted sum of a window that moves over an image.

use super::activation::Activation;
use super::convolution::{Convolution, Order};
use super::{Op, requantization, window};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=3, 1)?;
    let (input, weights, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    reader.one_of(weights, "weights", &[ElementType::Int8])?;
    reader.one_of(output, "output", &[ElementType::Int8])?;
    let options = reader.options(tflite::Operator::builtin_options_as_conv_2_doptions)?;
    reader.constant(weights, "weights")?;
    let [units, rows, columns, depth] = reader.dimensions(weights, "weights")?;
    let [.., channels] = reader.nhwc(input, "input")?;
    if !channels.is_multiple_of(depth) || !units.is_multiple_of(channels / depth) {
        return Err(Problem::new(
            format!("input of {channels} channels, {units} filters over {depth} channels"),
            "the channels of both must fall into equal groups",
            CONVERT_AGAIN,
        ));
    }
    requantization::bias(reader, 2, units)?;
    let geometry = window::Options {
        padding: options.padding(),
        stride: [options.stride_h(), options.stride_w()],
        dilation: [options.dilation_h_factor(), options.dilation_w_factor()],
    };
    let window = window::read(reader, input, output, [rows, columns], units, &geometry)?;
    let activation = Activation::read(options.fused_activation_function())?;
    let multipliers = requantization::multipliers(reader, input, weights, 0, output)?;
    Ok(Rc::new(Convolution { window, depth, order: Order::UnitsFirst, activation, multipliers }))
}
