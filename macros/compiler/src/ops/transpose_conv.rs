//! TRANSPOSE_CONV: every input pixel spreads over a window of the output, weighted by filters.

use super::activation::Activation;
use super::sums::{self, Activations, Sums};
use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::kernels::shapes::Requantization;
use crate::kernels::transpose_conv::{Shape, TransposeConv, TransposeConv16, TransposedAxis};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::quantize::Multiplier;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite::{self, Padding};
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    shape: Shape,
    activation: Activation,
    activations: Activations,
    /// One, or one per unit.
    multipliers: Vec<Multiplier>,
}

/// Strides up to this are read.
const MAX_STRIDE: i32 = u16::MAX as i32;
/// Places of the operands among the inputs.
const WEIGHTS: usize = 1;
const INPUT: usize = 2;
const BIAS: usize = 3;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(3..=4, 1)?;
    let (input, weights, output) = (reader.input(INPUT)?, reader.input(WEIGHTS)?, reader.output(0)?);
    let options = reader.options(tflite::Operator::builtin_options_as_transpose_conv_options)?;
    let [units, rows, columns, depth] = reader.dimensions(weights, "weights")?;
    let filter = rows.saturating_mul(columns).saturating_mul(depth);
    // A bias of `int16` is read as one of 64 bits.
    let operands = sums::Operands { input, weights, output, bias: BIAS, units };
    let rules = sums::Rules {
        biases: &[ElementType::Int16, ElementType::Int64],
        short_without_bias: false,
        unit: &|at| at.checked_div(filter).unwrap_or(0),
    };
    let activations = sums::read(reader, &operands, &rules)?;
    let [batch, height, width, channels] = reader.nhwc(input, "input")?;
    let [_, to_height, to_width, _] = reader.nhwc(output, "output")?;
    if channels != depth {
        return Err(Problem::new(
            format!("input of {channels} channels, filters over {depth}"),
            "they must agree",
            CONVERT_AGAIN,
        ));
    }
    output_shape(reader, output, [batch, to_height, to_width, units])?;
    let axis = |input, output, taps, stride, name: &str| {
        let stride = reader.in_range(stride, &format!("the stride along the {name}"), 1..=MAX_STRIDE)?;
        axis(input, output, taps, stride, options.padding())
    };
    let y = axis(height, to_height, rows, options.stride_h(), "height")?;
    let x = axis(width, to_width, columns, options.stride_w(), "width")?;
    let activation = Activation::read(options.fused_activation_function())?;
    let multipliers = requantization::multipliers(reader, input, weights, 0, output)?;
    activations.check(&multipliers)?;
    let shape = Shape { y, x, channels, units };
    Ok(Rc::new(Layer { shape, activation, activations, multipliers }))
}

/// The file's output shape counts; if the first input is known, it must agree.
fn output_shape(reader: &Reader<'_>, output: TensorId, shape: [usize; 4]) -> Result<(), Problem> {
    reader.expect_shape(output, "output", &shape)?;
    if reader.tensor(reader.input(0)?).data.is_none() {
        return Ok(());
    }
    let given = reader.integers(0, "the output's shape")?;
    if given.iter().map(|&size| usize::try_from(size).ok()).ne(shape.map(Some)) {
        return Err(Problem::new(
            format!("the output's shape is {given:?} by the first input, and {shape:?}"),
            "they must agree",
            CONVERT_AGAIN,
        ));
    }
    Ok(())
}

/// One dimension: the padding is that of the convolution that makes the input's size of the output's.
fn axis(
    input: usize,
    output: usize,
    taps: usize,
    stride: usize,
    padding: Padding,
) -> Result<TransposedAxis, Problem> {
    let pad = match padding {
        Padding::SAME => {
            let last = output.div_ceil(stride).saturating_sub(1).saturating_mul(stride);
            last.saturating_add(taps).saturating_sub(output) / 2
        }
        Padding::VALID => 0,
        _ => {
            return Err(Problem::new(
                format!("padding scheme {}", padding.0),
                "TRANSPOSE_CONV has SAME and VALID",
                CONVERT_AGAIN,
            ));
        }
    };
    Ok(TransposedAxis {
        input,
        output,
        taps,
        stride,
        phase: pad.checked_rem(stride).unwrap_or(0),
        first: pad.checked_div(stride).unwrap_or(0),
    })
}

impl Layer {
    /// What follows the constants of the operands with weights, and the work that it is.
    fn windows(&self, to: &mut Lowering<'_>) -> Result<([Arg; 2], usize), Bug> {
        let (input, output) = (to.input(INPUT)?, to.output(0)?);
        let taps = self.shape.y.taps.saturating_mul(self.shape.x.taps).saturating_mul(self.shape.units);
        let macs = to.tensor(input).elements().saturating_mul(taps);
        let windows = [
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        Ok((windows, macs))
    }

    fn range(&self, to: &Lowering<'_>, ty: ElementType) -> Result<Requantization, Bug> {
        let (scale, zero_point) = to.scale_and_zero_point(to.output(0)?);
        let (least, greatest) = self.activation.range(scale, zero_point, ty);
        Ok(Requantization { zero_point, least, greatest })
    }

    fn lower_8(&self, to: &mut Lowering<'_>, weights: Vec<i8>) -> Result<(), Bug> {
        let (_, zero_point) = to.scale_and_zero_point(to.input(INPUT)?);
        let units = self.shape.units;
        // Not into the bias, as in other layers: which taps see the input differs from pixel to pixel.
        let sums = weights.chunks_exact(self.shape.channels).map(requantization::sum);
        let offsets: Vec<i32> = match zero_point {
            0 => Vec::new(),
            _ => sums.map(|sum| sum.wrapping_mul(zero_point).wrapping_neg()).collect(),
        };
        let bias = requantization::folded_bias(to, BIAS, std::iter::repeat_n(0, units), 0);
        let params = TransposeConv { shape: self.shape, output: self.range(to, ElementType::Int8)? };
        let (multipliers, shifts) = requantization::constants(&self.multipliers, units);
        let ([input, output], macs) = self.windows(to)?;
        let args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", weights)),
            Arg::Constant(Constant::int32("OFFSETS", offsets)),
            Arg::Constant(Constant::int32("BIAS", bias)),
            multipliers,
            shifts,
            input,
            output,
        ];
        to.call("transpose_conv", "transpose_conv_s8", &params, args, macs);
        Ok(())
    }

    fn lower_16(&self, to: &mut Lowering<'_>, weights: Vec<i8>, sums: Sums) -> Result<(), Bug> {
        let units = self.shape.units;
        let params = TransposeConv16 { shape: self.shape, sums, output: self.range(to, ElementType::Int16)? };
        let (multipliers, shifts) = sums.scales(&self.multipliers, units);
        let ([input, output], macs) = self.windows(to)?;
        let args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", weights)),
            sums.bias(to, BIAS, units),
            multipliers,
            shifts,
            input,
            output,
        ];
        to.call("transpose_conv", "transpose_conv_s16", &params, args, macs);
        Ok(())
    }
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let weights = to.tensor(to.input(WEIGHTS)?).to_i8().unwrap_or_default();
        match self.activations {
            Activations::Int8 => self.lower_8(to, weights),
            Activations::Int16(sums) => self.lower_16(to, weights, sums),
        }
    }
}
