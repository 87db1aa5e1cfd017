//! A fully connected layer whose weights were split: filters over the features of one step, and filters
//! over what these gave in the last steps.

use super::requantization::Requantization;
use super::rows::{rows, rows_mut};
use crate::inner::flash::{Element, Flash};
use crate::inner::{dot_s8, product, requantize};

/// Shape and scales.
#[derive(Clone, Copy, Debug)]
pub struct Svdf {
    /// Elements of one row of the input.
    pub depth: usize,
    /// Filters that are added up to one unit.
    pub rank: usize,
    /// Filters in all.
    pub filters: usize,
    /// Steps that a filter remembers.
    pub memory: usize,
    /// Significand of the factor from the features' sums to the state.
    pub feature_multiplier: i32,
    /// Its exponent.
    pub feature_shift: i32,
    /// Zero point of the state.
    pub zero_point: i32,
    /// Significand of the factor from the sums over time to the output.
    pub multiplier: i32,
    /// Its exponent.
    pub shift: i8,
    /// Range of the output.
    pub output: Requantization,
}

/// `state[f, newest] = zero point + clamp(requantize(feature bias[f] + Σ feature weights[f, i] · input[i]))`,
/// `output[u] = clamp(zero point + requantize(bias[u] + Σ time weights[f, t] · state[f, t]))` over all
/// steps `t`, the oldest first, and the `rank` filters `f` of unit `u`.
///
/// Both biases have zero points folded in. Nothing moves in the state: `position` is where the oldest
/// value of every filter lies, and the newest takes its place.
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn svdf_s8(
    p: &Svdf,
    feature_weights: Flash<'_, i8>,
    feature_bias: Flash<'_, i32>,
    time_weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    input: &[i8],
    state: &mut [i8],
    position: &mut [u16],
    output: &mut [i8],
) {
    let features = Features { weights: feature_weights, bias: feature_bias };
    let kept = |value: i32| p.zero_point.wrapping_add(value.max(i8::MIN.into()).min(i8::MAX.into())) as i8;
    svdf(p, features, time_weights, bias, input, state, position, output, kept, dot_s8);
}

/// The same with 16 bits of state and time weights.
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn svdf_s16(
    p: &Svdf,
    feature_weights: Flash<'_, i8>,
    feature_bias: Flash<'_, i32>,
    time_weights: Flash<'_, i16>,
    bias: Flash<'_, i32>,
    input: &[i8],
    state: &mut [i16],
    position: &mut [u16],
    output: &mut [i8],
) {
    let features = Features { weights: feature_weights, bias: feature_bias };
    let kept = |value: i32| p.zero_point.wrapping_add(value.max(i16::MIN.into()).min(i16::MAX.into())) as i16;
    let dot = |acc, weights: Flash<'_, i16>, state: &[i16]| {
        let terms = weights.iter().zip(state).map(|(w, &x)| i32::from(w) * i32::from(x));
        terms.fold(acc, i32::wrapping_add)
    };
    svdf(p, features, time_weights, bias, input, state, position, output, kept, dot);
}

/// The filters over features.
struct Features<'a> {
    weights: Flash<'a, i8>,
    bias: Flash<'a, i32>,
}

/// Both, by what is kept of a sum of features, and by how the state is summed up.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // as above
fn svdf<T: Element>(
    p: &Svdf,
    features: Features<'_>,
    time_weights: Flash<'_, T>,
    bias: Flash<'_, i32>,
    input: &[i8],
    state: &mut [T],
    position: &mut [u16],
    output: &mut [i8],
    kept: impl Fn(i32) -> T,
    dot: impl Fn(i32, Flash<'_, T>, &[T]) -> i32,
) {
    let Some(position) = position.first_mut() else { return };
    let newest = usize::from(*position);
    let next = newest.wrapping_add(1);
    let older = p.memory.wrapping_sub(next);
    let units = rows_mut(state, product(p.filters, p.memory)).zip(rows(input, p.depth));
    let mut outputs = output.iter_mut();
    for (state, input) in units {
        let mut filters = features.weights.chunks(p.depth).zip(features.bias.iter());
        let mut states = rows_mut(state, p.memory).zip(time_weights.chunks(p.memory));
        for (bias, y) in bias.iter().zip(&mut outputs) {
            let mut acc = bias;
            for ((weights, bias), (state, time)) in (&mut filters).zip(&mut states).take(p.rank) {
                let sum = dot_s8(bias, weights, input);
                if let Some(place) = state.get_mut(newest) {
                    *place = kept(requantize(sum, p.feature_multiplier, p.feature_shift));
                }
                acc = dot(acc, time.range(0, older), state.get(next..).unwrap_or(&[]));
                acc = dot(acc, time.range(older, next), state);
            }
            *y = p.output.to_s8(acc, p.multiplier, p.shift);
        }
    }
    *position = if next < p.memory { next as u16 } else { 0 };
}
