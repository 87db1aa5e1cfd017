//! MUL: the product of two operands.

use super::channels::{Channels, Cut};
use super::elementwise::{self, Operands, Shape};
use super::lookup::limited;
use super::{ByChannel, Elementwise, Folded, Op, activation::Activation, requantization};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::kernels::mul::Product;
use crate::kernels::shapes::Loop;
use crate::lower::{Bug, Lowering};
use crate::quantize::Multiplier;
use crate::ranges::{Interval, Known, Ranges};
use crate::read::{QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
enum Mul {
    Int8(Product<Vec<Loop>>),
    Int16(Product<Vec<Loop>>),
    Int32(Shape),
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::operands(reader)?;
    let options = reader.options(tflite::Operator::builtin_options_as_mul_options)?;
    let activation = Activation::read(options.fused_activation_function())?;
    Ok(Rc::new(match operands.ty {
        ElementType::Int8 => Mul::Int8(product(reader, operands, activation)?),
        ElementType::Int16 => Mul::Int16(product(reader, operands, activation)?),
        _ => {
            elementwise::plain_integers(reader, &operands, activation)?;
            Mul::Int32(operands.shape)
        }
    }))
}

/// The parameters of a product of quantized operands.
fn product(
    reader: &Reader<'_>,
    operands: Operands,
    activation: Activation,
) -> Result<Product<Vec<Loop>>, Problem> {
    let (left, left_zero_point) = reader.per_tensor(operands.left, "left operand")?;
    let (right, right_zero_point) = reader.per_tensor(operands.right, "right operand")?;
    let (output, zero_point) = reader.per_tensor(operands.output, "output")?;
    let symmetric = [left_zero_point, right_zero_point, zero_point] == [0; 3];
    if operands.ty == ElementType::Int16 && !symmetric {
        return Err(Problem::new(
            "int16 with a zero point other than 0",
            "products would leave 32 bits, and the reference refuses it too",
            QUANTIZE,
        ));
    }
    let factor = f64::from(left) * f64::from(right) / f64::from(output);
    let Multiplier { multiplier, shift } = requantization::multiplier(factor)?;
    let (least, greatest) = activation.range(output, zero_point, operands.ty);
    Ok(Product {
        shape: operands.shape,
        left_zero_point,
        right_zero_point,
        multiplier,
        shift,
        zero_point,
        least,
        greatest,
    })
}

impl<L> Product<L> {
    /// Whether a product of two such operands may leave 32 bits on the way to the output's scale.
    fn wraps(&self, left: Interval, right: Interval) -> bool {
        let pairs = left.ends().into_iter().flat_map(|a| right.ends().map(|b| (a, b)));
        let difference = |x: i32, zero_point: i32| i64::from(x).saturating_sub(zero_point.into());
        pairs.into_iter().any(|(a, b)| {
            let (a, b) = (difference(a, self.left_zero_point), difference(b, self.right_zero_point));
            let factor = 1i64.checked_shl(self.shift.max(0).cast_unsigned()).unwrap_or(i64::MAX);
            i32::try_from(a.saturating_mul(b).saturating_mul(factor)).is_err()
        })
    }
}

impl Op for Mul {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        match self {
            Self::Int8(p) | Self::Int16(p) => elementwise::ranges(known, |a, b| {
                if p.wraps(a, b) {
                    Interval { least: p.least, greatest: p.greatest }
                } else {
                    elementwise::corners(a, b, |a, b| p.mul(a, b))
                }
            }),
            Self::Int32(_) => None,
        }
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        elementwise::ties(known)
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        let limited = |p: &Product<Vec<Loop>>| {
            let (least, greatest) = limited((p.least, p.greatest), least, greatest);
            Product { least, greatest, ..p.clone() }
        };
        Some(Rc::new(match self {
            Self::Int8(p) => Self::Int8(limited(p)),
            Self::Int16(p) => Self::Int16(limited(p)),
            Self::Int32(_) => return None,
        }))
    }

    fn elementwise(&self, known: &Known<'_>) -> Option<Elementwise> {
        let (Self::Int8(p) | Self::Int16(p)) = self else { return None };
        let p = p.clone();
        elementwise::with_one(known, move |a, b| p.mul(a, b))
    }

    fn by_channel(&self, known: &Known<'_>) -> Option<ByChannel> {
        let Self::Int8(p) = self else { return None };
        let p = p.clone();
        elementwise::by_channel(known, move |a, b| p.mul(a, b))
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        let shape = elementwise::shape_of(cut)?;
        Some(Rc::new(match self {
            Self::Int8(p) => Self::Int8(Product { shape, ..p.clone() }),
            Self::Int16(p) => Self::Int16(Product { shape, ..p.clone() }),
            Self::Int32(_) => Self::Int32(shape),
        }))
    }

    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        match self {
            Self::Int8(p) | Self::Int16(p) => elementwise::fold(graph, node, &p.shape, |a, b| p.mul(a, b)),
            Self::Int32(shape) => elementwise::fold(graph, node, shape, i32::wrapping_mul),
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        match self {
            Self::Int8(p) => elementwise::call(to, "mul", "mul_s8", p),
            Self::Int16(p) => elementwise::call(to, "mul", "mul_s16", p),
            Self::Int32(p) => elementwise::call(to, "mul", "mul_s32", p),
        }
    }
}
