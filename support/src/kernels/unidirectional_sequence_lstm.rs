//! A layer that remembers: four gates decide what goes into its cells, what stays in them and what comes
//! out.

pub use super::sigmoid::Sigmoid;

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
/// where each gate is a function of `bias[u] + Σ input weights[u, i] · input[i]
/// + Σ recurrent weights[u, j] · hidden[j]`: the logistic function, for the candidate `tanh`.
///
/// Weights and biases are in the order `[unit][input, forget, candidate, output]`. Both biases have the
/// zero points folded in. `table` is that of [`super::sigmoid`].
#[inline]
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
    let layer = Layer { p, input_weights, recurrent_weights, input_bias, recurrent_bias, table };
    for batch in 0..p.batches {
        let kept = product(batch, p.units);
        let hidden = hidden.get_mut(kept..).and_then(|rest| rest.get_mut(..p.units)).unwrap_or_default();
        let cell = cell.get_mut(kept..).and_then(|rest| rest.get_mut(..p.units)).unwrap_or_default();
        let mut row = product(batch, p.batch);
        for _ in 0..p.steps {
            let input = input.get(product(row, p.depth)..).unwrap_or_default();
            let output = output.get_mut(product(row, p.units)..).unwrap_or_default();
            layer.step(input.get(..p.depth).unwrap_or_default(), hidden, cell, output);
            hidden.iter_mut().zip(output).for_each(|(h, y)| *h = *y);
            row = row.wrapping_add(p.step);
        }
    }
}

/// The constants.
struct Layer<'a> {
    p: &'a Lstm,
    input_weights: Flash<'a, i8>,
    recurrent_weights: Flash<'a, i8>,
    input_bias: Flash<'a, i32>,
    recurrent_bias: Flash<'a, i32>,
    table: Flash<'a, u16>,
}

impl Layer<'_> {
    /// One step of one sequence; `hidden` is the last output.
    #[inline(always)]
    fn step(&self, input: &[i8], hidden: &[i8], cell: &mut [i16], output: &mut [i8]) {
        let Self { p, table, .. } = *self;
        let weights = self.input_weights.chunks(p.depth).zip(self.recurrent_weights.chunks(p.units));
        let mut rows = weights.zip(self.input_bias.iter().zip(self.recurrent_bias.iter()));
        let mut sum = |gate: &Gate| {
            let Some(((weights, recurrent), (bias, recurrent_bias))) = rows.next() else { return 0 };
            let fresh = gate.input.apply(dot_s8(bias, weights, input));
            let fed_back = gate.recurrent.apply(dot_s8(recurrent_bias, recurrent, hidden));
            fresh.saturating_add(fed_back)
        };
        for (cell, y) in cell.iter_mut().zip(output) {
            let [input, forget, candidate, output] =
                [&p.input, &p.forget, &p.candidate, &p.output].map(&mut sum);
            let [input, forget, output] = [input, forget, output].map(|x| logistic(&GATE, table, x));
            let candidate = tanh(&GATE, table, candidate);
            let kept = p.kept.of_product(forget, *cell);
            let value = kept.saturating_add(p.added.of_product(input, candidate));
            *cell = value.min(p.greatest).max(p.least);
            let given = i32::from(tanh(&p.argument, table, *cell)).wrapping_mul(output.into());
            let given = requantize(given, p.given.multiplier, p.given.shift);
            *y = offset_and_clamp_s8(given, p.zero_point, i8::MIN.into(), i8::MAX.into());
        }
    }
}

/// From steps of `2^-12` to the argument.
const GATE: Sigmoid = Sigmoid { multiplier: 3, shift: 0 };

impl Factor {
    /// The product, saturated.
    #[inline(always)]
    fn apply(self, x: i32) -> i16 {
        requantize(x, self.multiplier, self.shift).max(i16::MIN.into()).min(i16::MAX.into()) as i16
    }

    /// The same of a product.
    #[inline(always)]
    fn of_product(self, a: i16, b: i16) -> i16 {
        self.apply(i32::from(a).wrapping_mul(b.into()))
    }
}
