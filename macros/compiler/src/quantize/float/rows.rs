//! Operators that bring rows or whole dimensions together, in floating point.

// Sizes were checked when the model was read; values of floats overflow to infinity.
#![allow(clippy::arithmetic_side_effects)]

use super::{Operands, Value};
use ndarray::{ArrayView, Axis};

/// The output of an operator on rows; `None` if it is none.
pub(super) fn compute(of: &Operands<'_, '_>) -> Option<Value> {
    Some(match of.reader.name {
        "SOFTMAX" => Value::Real(softmax(of)?),
        "LOG_SOFTMAX" => Value::Real(each_row(of, log_softmax)?),
        "L2_NORMALIZATION" => Value::Real(each_row(of, l2_normalization)?),
        "MEAN" => Value::Real(reduce(of, 0.0, |a, b| a + b, true)?),
        "SUM" => Value::Real(reduce(of, 0.0, |a, b| a + b, false)?),
        "REDUCE_MAX" => Value::Real(reduce(of, f32::NEG_INFINITY, f32::max, false)?),
        "REDUCE_MIN" => Value::Real(reduce(of, f32::INFINITY, f32::min, false)?),
        "ARG_MAX" => Value::Whole(place(of, |a, b| a > b)?),
        "ARG_MIN" => Value::Whole(place(of, |a, b| a < b)?),
        "CUMSUM" => Value::Real(cumsum(of)?),
        _ => return None,
    })
}

/// Calls `f` for each row along the last dimension.
fn each_row(of: &Operands<'_, '_>, f: impl Fn(&mut [f32])) -> Option<Vec<f32>> {
    let mut values = of.real(0)?.to_vec();
    let width = of.shape(0)?.last().copied().unwrap_or(1);
    values.chunks_exact_mut(width.max(1)).for_each(f);
    Some(values)
}

fn greatest(row: &[f32]) -> f32 {
    row.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

fn exp(x: f32) -> f32 {
    libm::exp(f64::from(x)) as f32
}

fn softmax(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let beta = of.reader.operator.builtin_options_as_softmax_options()?.beta();
    each_row(of, |row| {
        let greatest = greatest(row);
        row.iter_mut().for_each(|x| *x = exp((*x - greatest) * beta));
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|x| *x /= sum);
    })
}

fn log_softmax(row: &mut [f32]) {
    let greatest = greatest(row);
    let sum: f32 = row.iter().map(|x| exp(x - greatest)).sum();
    let log = libm::log(f64::from(sum)) as f32;
    row.iter_mut().for_each(|x| *x = *x - greatest - log);
}

fn l2_normalization(row: &mut [f32]) {
    const LEAST: f32 = 1e-6;
    let squares: f32 = row.iter().map(|x| x * x).sum();
    let length = libm::sqrtf(squares).max(LEAST);
    row.iter_mut().for_each(|x| *x /= length);
}

/// Folds the dimensions that input 1 names.
fn reduce(of: &Operands<'_, '_>, start: f32, f: impl Fn(f32, f32) -> f32, mean: bool) -> Option<Vec<f32>> {
    let shape = of.shape(0)?;
    let axes = of.value(1)?.whole()?.iter().map(|&axis| of.reader.axis(axis, shape.len()).ok());
    let mut axes: Vec<usize> = axes.collect::<Option<_>>()?;
    axes.sort_unstable();
    axes.dedup();
    let count: usize = axes.iter().filter_map(|&axis| shape.get(axis)).product();
    let mut values = ArrayView::from_shape(shape, of.real(0)?).ok()?.to_owned();
    for &axis in axes.iter().rev() {
        values = values.fold_axis(Axis(axis), start, |a, b| f(*a, *b));
    }
    let values = values.iter().copied();
    Some(if mean { values.map(|x| x / count as f32).collect() } else { values.collect() })
}

/// Rows along an axis, each with what is on one position of all other dimensions.
fn lanes(of: &Operands<'_, '_>) -> Option<(usize, usize)> {
    let shape = of.shape(0)?;
    let &[axis] = of.value(1)?.whole()? else { return None };
    let axis = of.reader.axis(axis, shape.len()).ok()?;
    Some((*shape.get(axis)?, shape.iter().skip(axis + 1).product()))
}

/// Where the first element is that no other comes before.
fn place(of: &Operands<'_, '_>, before: impl Fn(f32, f32) -> bool) -> Option<Vec<i32>> {
    let (along, inner) = lanes(of)?;
    let blocks = of.real(0)?.chunks_exact((along * inner).max(1));
    let first = |lane: &mut dyn Iterator<Item = f32>| {
        let mut best: Option<(i32, f32)> = None;
        for (at, x) in (0..).zip(lane) {
            if best.is_none_or(|(_, best)| before(x, best)) {
                best = Some((at, x));
            }
        }
        best.map_or(0, |(at, _)| at)
    };
    let places = blocks.flat_map(|block| {
        let lane = |at: usize| first(&mut block.iter().skip(at).step_by(inner.max(1)).copied());
        (0..inner).map(lane).collect::<Vec<_>>()
    });
    Some(places.collect())
}

fn cumsum(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let options = of.reader.operator.builtin_options_as_cumsum_options()?;
    let (along, inner) = lanes(of)?;
    let mut values = of.real(0)?.to_vec();
    for block in values.chunks_exact_mut((along * inner).max(1)) {
        for at in 0..inner {
            let mut sum = 0.0;
            let mut step = |x: &mut f32| {
                let before = sum;
                sum += *x;
                *x = if options.exclusive() { before } else { sum };
            };
            let lane = block.iter_mut().skip(at).step_by(inner);
            match options.reverse() {
                true => lane.rev().for_each(&mut step),
                false => lane.for_each(&mut step),
            }
        }
    }
    Some(values)
}
