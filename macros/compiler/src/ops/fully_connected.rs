//! FULLY_CONNECTED: every output is a weighted sum of all inputs of its row.

use super::activation::Activation;
use super::sums::{self, Activations, Sums};
use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::fully_connected::{
    FullyConnected, FullyConnected16, FullyConnectedOffset, FullyConnectedRing,
};
use crate::kernels::shapes::Requantization;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::quantize::Multiplier;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    /// Rows of the input.
    rows: usize,
    /// Elements of one row of the input.
    depth: usize,
    /// Elements of one row of the output.
    units: usize,
    activation: Activation,
    activations: Activations,
    /// One, or one per unit.
    multipliers: Vec<Multiplier>,
}

/// Slot of `FullyConnectedOptions.quantized_bias_type`.
const BIAS_TYPE: u16 = 12;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=3, 1)?;
    let (input, weights, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    let options = reader.options(tflite::Operator::builtin_options_as_fully_connected_options)?;
    if options.weights_format() != tflite::FullyConnectedOptionsWeightsFormat::DEFAULT {
        return Err(Problem::new(
            format!("weights in the format {:?}", options.weights_format()),
            "it is private to one version of TensorFlow Lite on x86",
            CONVERT_AGAIN,
        ));
    }
    let [units, depth] = reader.dimensions(weights, "weights")?;
    let operands = sums::Operands { input, weights, output, bias: 2, units };
    let rules = sums::Rules {
        biases: &[ElementType::Int32, ElementType::Int64],
        short_without_bias: sums::asks_for_short_sums(options._tab, BIAS_TYPE),
        unit: &|at| at.checked_div(depth).unwrap_or(0),
    };
    let activations = sums::read(reader, &operands, &rules)?;
    let four_bits = reader.tensor(weights).ty == ElementType::Int4;
    if four_bits && reader.quantization(weights, "weights")?.scales.len() > 1 {
        return Err(Problem::new(
            "int4 weights with a scale per output",
            "TensorFlow Lite Micro has one scale for them in FULLY_CONNECTED",
            "convert with one scale per tensor, or to int8 weights",
        ));
    }
    let elements = reader.tensor(input).elements();
    if !elements.is_multiple_of(depth) {
        return Err(Problem::new(
            format!("input of {elements} elements, weights for rows of {depth}"),
            "the input must be whole rows",
            CONVERT_AGAIN,
        ));
    }
    let rows = elements.checked_div(depth).unwrap_or(0);
    if reader.tensor(output).elements() != rows.saturating_mul(units) {
        return Err(Problem::new(
            format!("output has shape {:?}", reader.tensor(output).shape),
            format!("{rows} rows of {units} follow from the inputs"),
            CONVERT_AGAIN,
        ));
    }
    let activation = Activation::read(options.fused_activation_function())?;
    let multipliers = requantization::multipliers(reader, input, weights, 0, output)?;
    activations.check(&multipliers)?;
    Ok(Rc::new(Layer { rows, depth, units, activation, activations, multipliers }))
}

impl Layer {
    fn lower_16(&self, to: &mut Lowering<'_>, sums: Sums) -> Result<(), Bug> {
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (scale, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.activation.range(scale, zero_point, ElementType::Int16);
        let output_range = Requantization { zero_point, least, greatest };
        let Self { depth, units, .. } = *self;
        let params = FullyConnected16 { depth, units, sums, output: output_range };
        let (multipliers, shifts) = sums.scales(&self.multipliers, units);
        let args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", to.tensor(weights).to_i8().unwrap_or_default())),
            sums.bias(to, 2, units),
            multipliers,
            shifts,
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("fully_connected", "fully_connected_s16", &params, args, self.rows.saturating_mul(depth).saturating_mul(units));
        Ok(())
    }
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        if let Activations::Int16(sums) = self.activations {
            return self.lower_16(to, sums);
        }
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, input_zero_point) = to.scale_and_zero_point(input);
        let (scale, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.activation.range(scale, zero_point, ElementType::Int8);
        let values = to.tensor(weights).to_i8().unwrap_or_default();
        let (_, weight_zero_point) = to.scale_and_zero_point(weights);
        let rows = values.chunks_exact(self.depth);
        let sums = rows.map(|row| requantization::difference_sum(row, weight_zero_point));
        let bias = requantization::folded_bias(to, 2, sums, input_zero_point);
        let params = FullyConnected {
            depth: self.depth,
            units: self.units,
            zero_point,
            least,
            greatest,
        };
        let (multipliers, shifts) = requantization::constants(&self.multipliers, self.units);
        let four_bits = to.tensor(weights).ty == ElementType::Int4;
        let values = if four_bits { requantization::packed(&values, self.depth) } else { values };
        let mut args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", values)),
            Arg::Constant(Constant::int32("BIAS", bias)),
            multipliers,
            shifts,
        ];
        let macs = self.rows.saturating_mul(self.depth).saturating_mul(self.units);
        let plain = weight_zero_point == 0 && !four_bits;
        if let Some(ring) = to.ring(input).filter(|_| plain && self.rows == 1) {
            args.extend(ring.args());
            args.push(Arg::Window("output", to.write(output)?, Access::Write));
            let params = FullyConnectedRing { ring: ring.shape, layer: params };
            to.call("fully_connected", "fully_connected_ring_s8", &params, args, macs);
            return Ok(());
        }
        args.push(Arg::Window("input", to.read(input)?, Access::Read));
        args.push(Arg::Window("output", to.write(output)?, Access::Write));
        match weight_zero_point {
            0 if four_bits => to.call("fully_connected", "fully_connected_s4", &params, args, macs),
            0 => to.call("fully_connected", "fully_connected_s8", &params, args, macs),
            _ => {
                let params = FullyConnectedOffset { layer: params, weight_zero_point };
                to.call("fully_connected", "fully_connected_offset_s8", &params, args, macs);
            }
        }
        Ok(())
    }
}
