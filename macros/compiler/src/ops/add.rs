//! ADD: the sum of two operands.

use super::channels::{Channels, Cut};
use super::elementwise::{self, Operands, Shape};
use super::lookup::limited;
use super::{ByChannel, Elementwise, Folded, Op, activation::Activation};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, TensorId};
use crate::kernels::shapes::{Loop, Requantization, Scaling, Sum};
use crate::kernels::sum_of_two::{Finer, SumOfTwo};
use crate::lower::{Bug, Lowering};
use crate::program::Variant;
use crate::quantize::Multiplier;
use crate::ranges::{Known, Ranges};
use crate::read::{QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
enum Add {
    Int8(Sum<Vec<Loop>>),
    Int16(Sum<Vec<Loop>>),
    Int32(Shape),
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::operands(reader)?;
    let options = reader.options(tflite::Operator::builtin_options_as_add_options)?;
    let activation = Activation::read(options.fused_activation_function())?;
    Ok(Rc::new(match operands.ty {
        ElementType::Int8 => Add::Int8(sum(reader, operands, activation)?),
        ElementType::Int16 => Add::Int16(sum(reader, operands, activation)?),
        _ => {
            elementwise::plain_integers(reader, &operands, activation)?;
            Add::Int32(operands.shape)
        }
    }))
}

/// The parameters of a sum or difference of quantized operands.
pub(super) fn sum(
    reader: &Reader<'_>,
    operands: Operands,
    activation: Activation,
) -> Result<Sum<Vec<Loop>>, Problem> {
    let (left, left_zero_point) = reader.per_tensor(operands.left, "left operand")?;
    let (right, right_zero_point) = reader.per_tensor(operands.right, "right operand")?;
    let (output, zero_point) = reader.per_tensor(operands.output, "output")?;
    // As many bits as leave room for the sum of two operands of the type in 32.
    let headroom = if operands.ty == ElementType::Int16 { 15 } else { HEADROOM };
    let (least, greatest) = activation.range(output, zero_point, operands.ty);
    let (left, right, output) = (f64::from(left), f64::from(right), f64::from(output));
    let common = 2.0 * left.max(right);
    Ok(Sum {
        shape: operands.shape,
        headroom,
        left: scaling(left_zero_point, left / common)?,
        right: scaling(right_zero_point, right / common)?,
        output: scaling(zero_point, common / (f64::from(1 << headroom) * output))?,
        least,
        greatest,
    })
}

impl Sum<Vec<Loop>> {
    /// The same with its output limited.
    pub(super) fn limited(&self, least: i32, greatest: i32) -> Self {
        let (least, greatest) = limited((self.least, self.greatest), least, greatest);
        Self { least, greatest, ..self.clone() }
    }
}

/// Bits of headroom for sums of `int8`.
pub(super) const HEADROOM: u32 = 20;

/// What brings the operands of a sum of any length, all of one scale, to twice that scale, and their sum
/// from there to the output's.
pub(super) fn rescaling(
    reader: &Reader<'_>,
    input: TensorId,
    output: TensorId,
) -> Result<[Scaling; 2], Problem> {
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let common = 2.0 * f64::from(scale);
    let factor = common / (f64::from(1 << HEADROOM) * f64::from(output_scale));
    Ok([scaling(input_zero_point, 0.5)?, scaling(zero_point, factor)?])
}

/// A factor below 1: the reference does not go on with any other.
fn scaling(zero_point: i32, factor: f64) -> Result<Scaling, Problem> {
    match Multiplier::new(factor) {
        Some(Multiplier { multiplier, shift: shift @ ..=0 }) => Ok(Scaling { zero_point, multiplier, shift }),
        _ => Err(Problem::new(
            format!("scales of operands and output whose ratio is {factor:e}"),
            "the output's scale is too fine for 32-bit arithmetic, which the reference refuses too",
            QUANTIZE,
        )),
    }
}

/// The sum as the kernel for operands of one shape has it, if they are and there are the shifts.
fn same_shape(p: &Sum<Vec<Loop>>, elements: usize) -> Option<SumOfTwo> {
    let is_one_run = p.shape.run == elements && !p.shape.repeat_left && !p.shape.repeat_right;
    let Scaling { zero_point, multiplier, shift } = p.output;
    (is_one_run && p.headroom == HEADROOM && (-31..=-2).contains(&shift)).then_some(())?;
    let divisor = 1i32.checked_shl(u32::try_from(shift.checked_add(32)?).ok()?)?;
    // The factor of the coarser operand is a half.
    let is_shifted = |operand: Scaling| operand.multiplier == 1 << 30 && operand.shift == 0;
    let (is_left_finer, other, finer) = match (is_shifted(p.left), is_shifted(p.right)) {
        (true, _) => (false, p.left, p.right),
        (false, true) => (true, p.right, p.left),
        (false, false) => return None,
    };
    let zero = |operand: Scaling, bits: u32| operand.zero_point.checked_mul(1i32.checked_shl(bits)?);
    let (finer, zero) = match is_shifted(finer) {
        true => (None, zero(other, 19)?.checked_add(zero(finer, 19)?)?),
        false => {
            let shift =
                u32::try_from(finer.shift.checked_neg()?).ok().filter(|shift| (1..=30).contains(shift))?;
            let scale = Finer { zero: zero(finer, 21)?, multiplier: finer.multiplier, shift };
            (Some(scale), zero(other, 19)?)
        }
    };
    let output = Requantization { zero_point, least: p.least, greatest: p.greatest };
    Some(SumOfTwo { is_left_finer, finer, zero, multiplier, divisor, output })
}

impl Op for Add {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        match self {
            Self::Int8(p) | Self::Int16(p) => {
                elementwise::ranges(known, |a, b| elementwise::corners(a, b, |a, b| p.add(a, b)))
            }
            Self::Int32(_) => None,
        }
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        elementwise::ties(known)
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        Some(Rc::new(match self {
            Self::Int8(p) => Self::Int8(p.limited(least, greatest)),
            Self::Int16(p) => Self::Int16(p.limited(least, greatest)),
            Self::Int32(_) => return None,
        }))
    }

    fn elementwise(&self, known: &Known<'_>) -> Option<Elementwise> {
        let (Self::Int8(p) | Self::Int16(p)) = self else { return None };
        let p = p.clone();
        elementwise::with_one(known, move |a, b| p.add(a, b))
    }

    fn by_channel(&self, known: &Known<'_>) -> Option<ByChannel> {
        let Self::Int8(p) = self else { return None };
        let p = p.clone();
        elementwise::by_channel(known, move |a, b| p.add(a, b))
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        let shape = elementwise::shape_of(cut)?;
        Some(Rc::new(match self {
            Self::Int8(p) => Self::Int8(Sum { shape, ..p.clone() }),
            Self::Int16(p) => Self::Int16(Sum { shape, ..p.clone() }),
            Self::Int32(_) => Self::Int32(shape),
        }))
    }

    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        match self {
            Self::Int8(p) | Self::Int16(p) => elementwise::fold(graph, node, &p.shape, |a, b| p.add(a, b)),
            Self::Int32(shape) => elementwise::fold(graph, node, shape, i32::wrapping_add),
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        match self {
            Self::Int8(p) => {
                elementwise::call(to, "add", "add_s8", p)?;
                let operands = [to.input(0)?, to.input(1)?];
                if operands.iter().all(|&id| to.tensor(id).data.is_none())
                    && let Some(sum) = same_shape(p, to.tensor(to.output(0)?).elements())
                {
                    // All others keep the general one: MVE adds in vectors there.
                    for backend in ["dsp", "portable"] {
                        let (module, kernel, params) =
                            ("sum_of_two", "add_same_shape_s8", format!("{sum:?}"));
                        to.offer(Variant {
                            backend,
                            module,
                            kernel,
                            params,
                            parameters: None,
                            constants: Vec::new(),
                        });
                    }
                }
                Ok(())
            }
            Self::Int16(p) => elementwise::call(to, "add", "add_s16", p),
            Self::Int32(p) => elementwise::call(to, "add", "add_s32", p),
        }
    }
}
