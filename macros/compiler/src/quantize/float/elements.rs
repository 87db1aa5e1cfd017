//! Operators on single elements, in floating point.

// Values of floats overflow to infinity, and integers wrap.
#![allow(clippy::arithmetic_side_effects)]

use super::layers::{activate, sigmoid, tanh};
use super::{Operands, Value};
use crate::schema::tflite::ActivationFunctionType as Fused;
use ndarray::{ArrayView, IxDyn, Zip};

/// The output of an operator on single elements; `None` if it is none.
pub(super) fn compute(of: &Operands<'_, '_>) -> Option<Value> {
    let name = of.reader.name;
    if let Some(function) = unary(of, name) {
        return Some(Value::Real(of.real(0)?.iter().map(|&x| function(x)).collect()));
    }
    match name {
        "CAST" => cast(of),
        "QUANTIZE" | "DEQUANTIZE" => None,
        "SELECT_V2" => select(of),
        "LOGICAL_NOT" => {
            Some(Value::Whole(of.value(0)?.whole()?.iter().map(|&x| i32::from(x == 0)).collect()))
        }
        "ADD_N" => {
            let mut sums = of.real(0)?.to_vec();
            for index in 1..of.values.len() {
                sums.iter_mut().zip(of.real(index)?).for_each(|(sum, x)| *sum += x);
            }
            Some(Value::Real(sums))
        }
        _ => binary(of, name),
    }
}

/// A function of one number.
fn unary(of: &Operands<'_, '_>, name: &str) -> Option<Box<dyn Fn(f32) -> f32>> {
    Some(match name {
        "ABS" => Box::new(f32::abs),
        "RELU" => Box::new(|x| x.max(0.0)),
        "RELU6" => Box::new(|x| x.clamp(0.0, 6.0)),
        "RELU_N1_TO_1" => Box::new(|x| x.clamp(-1.0, 1.0)),
        "LOGISTIC" => Box::new(sigmoid),
        "TANH" => Box::new(tanh),
        "ELU" => Box::new(|x| if x < 0.0 { libm::expm1(f64::from(x)) as f32 } else { x }),
        "HARD_SWISH" => Box::new(|x| x * (x + 3.0).clamp(0.0, 6.0) / 6.0),
        "RSQRT" => Box::new(|x| 1.0 / libm::sqrtf(x)),
        "LEAKY_RELU" => {
            let alpha = of.reader.operator.builtin_options_as_leaky_relu_options()?.alpha();
            Box::new(move |x| if x < 0.0 { x * alpha } else { x })
        }
        _ => return None,
    })
}

/// Between real numbers and integers; what does not fit saturates.
fn cast(of: &Operands<'_, '_>) -> Option<Value> {
    let output = of.reader.tensor(*of.reader.outputs.first()?).ty;
    Some(match (of.value(0)?, output.is_float()) {
        (Value::Real(values), false) => Value::Whole(values.iter().map(|&x| x as i32).collect()),
        (Value::Whole(values), true) => Value::Real(values.iter().map(|&x| x as f32).collect()),
        (value, _) => value.clone(),
    })
}

/// A function of two operands whose shapes fit, element by element.
fn zipped<T: Copy, U>(of: &Operands<'_, '_>, a: &[T], b: &[T], f: impl Fn(T, T) -> U) -> Option<Vec<U>> {
    let shape = IxDyn(of.output_shape()?);
    let (a, b) = (ArrayView::from_shape(of.shape(0)?, a).ok()?, ArrayView::from_shape(of.shape(1)?, b).ok()?);
    let (a, b) = (a.broadcast(shape.clone())?, b.broadcast(shape)?);
    let mut output = Vec::with_capacity(a.len());
    // Of arrays that lie in different order, others than the order of the output would be chosen.
    a.iter().zip(b.iter()).for_each(|(a, b)| output.push(f(*a, *b)));
    Some(output)
}

fn binary(of: &Operands<'_, '_>, name: &str) -> Option<Value> {
    match (of.value(0)?, of.value(1)?) {
        (Value::Real(a), Value::Real(b)) => reals(of, name, a, b),
        (Value::Whole(a), Value::Whole(b)) => wholes(of, name, a, b),
        _ => None,
    }
}

fn reals(of: &Operands<'_, '_>, name: &str, a: &[f32], b: &[f32]) -> Option<Value> {
    let operator = &of.reader.operator;
    let (function, fused): (fn(f32, f32) -> f32, Fused) = match name {
        "ADD" => (|a, b| a + b, operator.builtin_options_as_add_options()?.fused_activation_function()),
        "SUB" => (|a, b| a - b, operator.builtin_options_as_sub_options()?.fused_activation_function()),
        "MUL" => (|a, b| a * b, operator.builtin_options_as_mul_options()?.fused_activation_function()),
        "DIV" => (|a, b| a / b, operator.builtin_options_as_div_options()?.fused_activation_function()),
        "MAXIMUM" => (f32::max, Fused::NONE),
        "MINIMUM" => (f32::min, Fused::NONE),
        "SQUARED_DIFFERENCE" => (|a, b| (a - b) * (a - b), Fused::NONE),
        "PRELU" => (|x, alpha| if x < 0.0 { x * alpha } else { x }, Fused::NONE),
        _ => return Some(Value::Whole(zipped(of, a, b, comparison(name)?)?)),
    };
    let mut values = zipped(of, a, b, function)?;
    activate(&mut values, fused)?;
    Some(Value::Real(values))
}

/// A comparison that gives 1 for true.
fn comparison<T: PartialOrd>(name: &str) -> Option<fn(T, T) -> i32> {
    Some(match name {
        "EQUAL" => |a, b| i32::from(a == b),
        "NOT_EQUAL" => |a, b| i32::from(a != b),
        "LESS" => |a, b| i32::from(a < b),
        "LESS_EQUAL" => |a, b| i32::from(a <= b),
        "GREATER" => |a, b| i32::from(a > b),
        "GREATER_EQUAL" => |a, b| i32::from(a >= b),
        _ => return None,
    })
}

fn wholes(of: &Operands<'_, '_>, name: &str, a: &[i32], b: &[i32]) -> Option<Value> {
    let function: fn(i32, i32) -> i32 = match name {
        "ADD" => i32::wrapping_add,
        "SUB" => i32::wrapping_sub,
        "MUL" => i32::wrapping_mul,
        "DIV" => |a, b| a.checked_div(b).unwrap_or(0),
        "MAXIMUM" => i32::max,
        "MINIMUM" => i32::min,
        "SQUARED_DIFFERENCE" => |a, b| a.wrapping_sub(b).wrapping_mul(a.wrapping_sub(b)),
        "LOGICAL_AND" => |a, b| a & b,
        "LOGICAL_OR" => |a, b| a | b,
        _ => comparison(name)?,
    };
    zipped(of, a, b, function).map(Value::Whole)
}

fn select(of: &Operands<'_, '_>) -> Option<Value> {
    let shape = IxDyn(of.output_shape()?);
    let condition = ArrayView::from_shape(of.shape(0)?, of.value(0)?.whole()?).ok()?;
    let (yes, no) = (ArrayView::from_shape(of.shape(1)?, of.real(1)?).ok()?, of.shape(2)?);
    let no = ArrayView::from_shape(no, of.real(2)?).ok()?;
    let (yes, no) = (yes.broadcast(shape.clone())?, no.broadcast(shape.clone())?);
    let chosen = Zip::from(condition.broadcast(shape)?).and(yes).and(no);
    let chosen = chosen.map_collect(|&condition, &yes, &no| if condition != 0 { yes } else { no });
    Some(Value::Real(chosen.iter().copied().collect()))
}
