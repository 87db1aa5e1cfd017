//! A layer that remembers: four gates decide what goes into its cells, what stays in them and what comes
//! out.

pub use super::sigmoid::Sigmoid;

use super::accumulator::Accumulator;
use super::sigmoid::{logistic, tanh};
use crate::inner::flash::Flash;
use crate::inner::{dot_s8, offset_and_clamp_s8, product, requantize};

/// Shape and scales.
#[derive(Clone, Copy, Debug)]
pub struct Lstm {
    /// Sequences that do not know of each other.
    pub batches: usize,
    /// Steps of a sequence.
    pub steps: usize,
    /// Elements of one step of the input.
    pub depth: usize,
    /// Cells, and elements of one step of the output.
    pub units: usize,
    /// Rows from one step to the next, of the input and of the output.
    pub step: usize,
    /// Rows from one batch to the next.
    pub batch: usize,
    /// Into the cell.
    pub input: Gate,
    /// What stays in the cell.
    pub forget: Gate,
    /// What may come into the cell.
    pub candidate: Gate,
    /// What comes out of the cell.
    pub output: Gate,
    /// From a cell to the argument of its hyperbolic tangent.
    pub argument: Sigmoid,
    /// From what stays to the cell's scale.
    pub kept: Factor,
    /// From what comes in to the cell's scale.
    pub added: Factor,
    /// From what comes out to the output's scale.
    pub given: Factor,
    /// The greatest value of a cell.
    pub greatest: i16,
    /// The least value of a cell.
    pub least: i16,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// The scales of a gate: both sums are brought to steps of `2^-12`.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// From the sum over the input.
    pub input: Factor,
    /// From the sum over the last output.
    pub recurrent: Factor,
}

/// A change of scale.
#[derive(Clone, Copy, Debug)]
pub struct Factor {
    /// Significand, in Q31.
    pub multiplier: i32,
    /// Exponent.
    pub shift: i32,
}

/// `cell[u] = forget[u] · cell[u] + input[u] · candidate[u]`, `hidden[u] = output[u] · tanh(cell[u])`,
/// where each gate is a function of the sum of `bias[u]`, `Σ input weights[u, i] · input[i]` and
/// `Σ recurrent weights[u, j] · hidden[j]`: the logistic function, for the candidate `tanh`.
///
/// Weights and biases are in the order `[unit][input, forget, candidate, output]`. Both biases have the
/// zero points folded in. `table` is that of [`super::sigmoid`].
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn unidirectional_sequence_lstm_s8(
    p: &Lstm,
    input_weights: Flash<'_, i8>,
    recurrent_weights: Flash<'_, i8>,
    input_bias: Flash<'_, i32>,
    recurrent_bias: Flash<'_, i32>,
    table: Flash<'_, u16>,
    input: &[i8],
    hidden: &mut [i8],
    cell: &mut [i16],
    output: &mut [i8],
) {
    let weights = Weights { input: input_weights, recurrent: recurrent_weights };
    sequences(p, input, hidden, cell, output, |input, hidden, cell, output| {
        let mut rows = weights.rows(p).zip(input_bias.iter().zip(recurrent_bias.iter()));
        let sum = |gate: &Gate| {
            let Some(((weights, recurrent), (bias, recurrent_bias))) = rows.next() else { return 0 };
            let fresh = gate.input.apply(dot_s8(bias, weights, input));
            fresh.saturating_add(gate.recurrent.apply(dot_s8(recurrent_bias, recurrent, hidden)))
        };
        let given = |x| offset_and_clamp_s8(x, p.zero_point, i8::MIN.into(), i8::MAX.into());
        step(p, table, sum, cell, output, given);
    });
}

/// Shape and scales of a layer with 16-bit activations.
#[derive(Clone, Copy, Debug)]
pub struct Lstm16<A> {
    /// All but the sums. The gates' multipliers are the upper halves of what they are for 8 bits.
    pub layer: Lstm,
    /// How sums are kept.
    pub sums: A,
}

/// The same with 16-bit activations, whose zero points are 0.
#[inline]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn unidirectional_sequence_lstm_s16<A: Accumulator<Multiplier = i16>>(
    p: &Lstm16<A>,
    input_weights: Flash<'_, i8>,
    recurrent_weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    table: Flash<'_, u16>,
    input: &[i16],
    hidden: &mut [i16],
    cell: &mut [i16],
    output: &mut [i16],
) {
    let weights = Weights { input: input_weights, recurrent: recurrent_weights };
    let to_gate = |sum, Factor { multiplier, shift }: Factor| {
        saturated(p.sums.requantize(sum, multiplier as i16, shift))
    };
    let nothing = p.sums.start(Flash::empty(), 0);
    sequences(&p.layer, input, hidden, cell, output, |input, hidden, cell, output| {
        let mut rows = weights.rows(&p.layer).enumerate();
        let sum = |gate: &Gate| {
            let Some((at, (weights, recurrent))) = rows.next() else { return 0 };
            let fresh = p.sums.dot(p.sums.start(bias, at), weights, input);
            let fed_back = p.sums.dot(nothing, recurrent, hidden);
            to_gate(fresh, gate.input).saturating_add(to_gate(fed_back, gate.recurrent))
        };
        step(&p.layer, table, sum, cell, output, saturated);
    });
}

/// The weights of all gates.
#[derive(Clone, Copy)]
struct Weights<'a> {
    input: Flash<'a, i8>,
    recurrent: Flash<'a, i8>,
}

impl<'a> Weights<'a> {
    /// Those of each gate of each unit, over the input and over the last output.
    #[inline(always)]
    fn rows(self, p: &Lstm) -> impl Iterator<Item = (Flash<'a, i8>, Flash<'a, i8>)> + use<'a> {
        self.input.chunks(p.depth).zip(self.recurrent.chunks(p.units))
    }
}

/// Calls `step` for all steps of all sequences, with the input, the last output, the cells and the place
/// of the output.
#[inline(always)]
fn sequences<T: Copy>(
    p: &Lstm,
    input: &[T],
    hidden: &mut [T],
    cell: &mut [i16],
    output: &mut [T],
    step: impl Fn(&[T], &[T], &mut [i16], &mut [T]),
) {
    for batch in 0..p.batches {
        let kept = product(batch, p.units);
        let hidden = hidden.get_mut(kept..).and_then(|rest| rest.get_mut(..p.units)).unwrap_or_default();
        let cell = cell.get_mut(kept..).and_then(|rest| rest.get_mut(..p.units)).unwrap_or_default();
        let mut row = product(batch, p.batch);
        for _ in 0..p.steps {
            let input = input.get(product(row, p.depth)..).unwrap_or_default();
            let output = output.get_mut(product(row, p.units)..).unwrap_or_default();
            step(input.get(..p.depth).unwrap_or_default(), hidden, cell, output);
            hidden.iter_mut().zip(output).for_each(|(h, y)| *h = *y);
            row = row.wrapping_add(p.step);
        }
    }
}

/// One step of one sequence. `sum` gives what goes into the gates' functions, in their order, and `given`
/// makes an output of what comes out.
#[inline(always)]
fn step<T>(
    p: &Lstm,
    table: Flash<'_, u16>,
    mut sum: impl FnMut(&Gate) -> i16,
    cell: &mut [i16],
    output: &mut [T],
    given: impl Fn(i32) -> T,
) {
    for (cell, y) in cell.iter_mut().zip(output) {
        let [input, forget, candidate, output] = [&p.input, &p.forget, &p.candidate, &p.output].map(&mut sum);
        let [input, forget, output] = [input, forget, output].map(|x| logistic(&GATE, table, x));
        let candidate = tanh(&GATE, table, candidate);
        let kept = p.kept.of_product(forget, *cell);
        let value = kept.saturating_add(p.added.of_product(input, candidate));
        *cell = value.min(p.greatest).max(p.least);
        let shown = i32::from(tanh(&p.argument, table, *cell)).wrapping_mul(output.into());
        *y = given(requantize(shown, p.given.multiplier, p.given.shift));
    }
}

#[inline(always)]
fn saturated(x: i32) -> i16 {
    x.max(i16::MIN.into()).min(i16::MAX.into()) as i16
}

/// From steps of `2^-12` to the argument.
const GATE: Sigmoid = Sigmoid { multiplier: 3, shift: 0 };

impl Factor {
    /// The product, saturated.
    #[inline(always)]
    fn apply(self, x: i32) -> i16 {
        saturated(requantize(x, self.multiplier, self.shift))
    }

    /// The same of a product.
    #[inline(always)]
    fn of_product(self, a: i16, b: i16) -> i16 {
        self.apply(i32::from(a).wrapping_mul(b.into()))
    }
}
