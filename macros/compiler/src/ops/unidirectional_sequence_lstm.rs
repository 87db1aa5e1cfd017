//! UNIDIRECTIONAL_SEQUENCE_LSTM: a layer whose cells remember, over the steps of a sequence and from one
//! inference to the next.

use super::sums::{self, Activations, Sums};
use super::{Op, requantization, sigmoid};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::kernels::sigmoid::Sigmoid;
use crate::kernels::unidirectional_sequence_lstm::{Factor, Gate, Lstm, Lstm16};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::quantize::Multiplier;
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// Inputs of the operator by what they are. Weights and biases are those of the gates, in the order
/// input, forget, candidate, output.
const INPUT: usize = 0;
const INPUT_WEIGHTS: [usize; 4] = [1, 2, 3, 4];
const RECURRENT_WEIGHTS: [usize; 4] = [5, 6, 7, 8];
const PEEPHOLES: std::ops::Range<usize> = 9..12;
const BIASES: [usize; 4] = [12, 13, 14, 15];
const PROJECTION: std::ops::Range<usize> = 16..18;
const HIDDEN: usize = 18;
const CELL: usize = 19;
const NORMALIZATION: std::ops::Range<usize> = 20..24;

/// Steps of what goes into the functions, and of what comes out of them.
const SUM_SCALE: f64 = 1.0 / 4096.0;
const FUNCTION_SCALE: f64 = 1.0 / 32768.0;

#[derive(Debug)]
struct Layer {
    params: Lstm,
    activations: Activations,
    input_zero_point: i32,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(24..=24, 1)?;
    variants(reader)?;
    let options = reader.options(tflite::Operator::builtin_options_as_unidirectional_sequence_lstmoptions)?;
    let activation = options.fused_activation_function();
    if activation != tflite::ActivationFunctionType::TANH {
        return Err(Problem::new(
            format!("cells with the activation {}", activation.variant_name().unwrap_or("unknown")),
            "the reference computes TANH only",
            "use the layer's default activation",
        ));
    }
    let (input, output) = (reader.input(INPUT)?, reader.output(0)?);
    let (hidden, cell) = (reader.input(HIDDEN)?, reader.input(CELL)?);
    let ty = reader.one_of(input, "input", &[ElementType::Int8, ElementType::Int16])?;
    reader.same_type(input, output)?;
    reader.same_type(input, hidden)?;
    reader.one_of(cell, "cell state", &[ElementType::Int16])?;
    reader.state(hidden, "hidden state")?;
    reader.state(cell, "cell state")?;
    let [outer, inner, depth] = reader.dimensions(input, "input")?;
    let [_, units] = reader.dimensions(reader.input(RECURRENT_WEIGHTS[0])?, "recurrent weights")?;
    let (batches, steps, step, batch) = match options.time_major() {
        true => (inner, outer, inner, 1),
        false => (outer, inner, 1, inner),
    };
    reader.expect_shape(output, "output", &[outer, inner, units])?;
    for (id, role) in [(hidden, "hidden state"), (cell, "cell state")] {
        if reader.tensor(id).elements() != batches.saturating_mul(units) {
            let found = format!("{role} has shape {:?}", reader.tensor(id).shape);
            return Err(Problem::new(
                found,
                format!("{batches} × {units} follow from inputs"),
                CONVERT_AGAIN,
            ));
        }
    }
    let (_, input_zero_point) = reader.per_tensor(input, "input")?;
    let (hidden_scale, zero_point) = reader.per_tensor(hidden, "hidden state")?;
    let gate = |gate: usize| gate_factors(reader, gate, input, hidden, depth, units);
    let activations = match ty {
        ElementType::Int8 => Activations::Int8,
        _ => Activations::Int16(wide_sums(reader, [input, hidden], [depth, units])?),
    };
    let cell = cell_factors(reader, cell, options.cell_clip())?;
    let params = Lstm {
        batches,
        steps,
        depth,
        units,
        step,
        batch,
        input: gate(0)?,
        forget: gate(1)?,
        candidate: gate(2)?,
        output: gate(3)?,
        argument: cell.argument,
        kept: cell.kept,
        added: cell.added,
        given: factor(FUNCTION_SCALE * FUNCTION_SCALE / f64::from(hidden_scale))?,
        greatest: cell.greatest,
        least: cell.least,
        zero_point,
    };
    activations
        .check(&params.gates().map(|Factor { multiplier, shift }| Multiplier { multiplier, shift }))?;
    Ok(Rc::new(Layer { params, activations, input_zero_point }))
}

/// Refuses what the reference does not have either.
fn variants(reader: &Reader<'_>) -> Result<(), Problem> {
    let refused = [
        (PEEPHOLES, "peephole connections"),
        (PROJECTION, "a projection"),
        (NORMALIZATION, "layer normalization"),
    ];
    for (mut inputs, what) in refused {
        if inputs.any(|index| reader.optional_input(index).is_some()) {
            return Err(Problem::new(
                what,
                "TensorFlow Lite Micro has the standard LSTM only, as Keras has it",
                "use the standard layer `tf.keras.layers.LSTM`",
            ));
        }
    }
    Ok(())
}

fn factor(factor: f64) -> Result<Factor, Problem> {
    let Multiplier { multiplier, shift } = requantization::multiplier(factor)?;
    Ok(Factor { multiplier, shift })
}

/// Checks weights and bias of a gate.
fn gate_factors(
    reader: &Reader<'_>,
    gate: usize,
    input: TensorId,
    hidden: TensorId,
    depth: usize,
    units: usize,
) -> Result<Gate, Problem> {
    let weights = |inputs: [usize; 4], from: TensorId, depth: usize| {
        let id = reader.input(inputs.get(gate).copied().unwrap_or_default())?;
        reader.one_of(id, "weights", &[ElementType::Int8])?;
        reader.constant(id, "weights")?;
        reader.expect_shape(id, "a matrix of weights", &[units, depth])?;
        let (scale, zero_point) = reader.per_tensor(id, "weights")?;
        if zero_point != 0 {
            let found = format!("weights with zero point {zero_point}");
            return Err(Problem::new(found, "weights are symmetric", QUANTIZE));
        }
        let (from, _) = reader.per_tensor(from, "input")?;
        factor(f64::from(from) * f64::from(scale) / SUM_SCALE)
    };
    let bias = reader.input(BIASES.get(gate).copied().unwrap_or_default())?;
    let wide = reader.tensor(input).ty == ElementType::Int16;
    reader.one_of(bias, "bias", &[if wide { ElementType::Int64 } else { ElementType::Int32 }])?;
    reader.constant(bias, "biases")?;
    reader.expect_shape(bias, "bias", &[units])?;
    Ok(Gate {
        input: weights(INPUT_WEIGHTS, input, depth)?,
        recurrent: weights(RECURRENT_WEIGHTS, hidden, units)?,
    })
}

/// How sums over 16-bit activations are kept.
fn wide_sums(
    reader: &Reader<'_>,
    activations: [TensorId; 2],
    [depth, units]: [usize; 2],
) -> Result<Sums, Problem> {
    for (id, role) in activations.into_iter().zip(["input", "hidden state"]) {
        reader.symmetric(id, role)?;
    }
    let mut bound = 0;
    for ((input, recurrent), bias) in INPUT_WEIGHTS.into_iter().zip(RECURRENT_WEIGHTS).zip(BIASES) {
        let weights = |index| Ok(reader.tensor(reader.input(index)?).to_i8().unwrap_or_default());
        let bias = reader.tensor(reader.input(bias)?).to_i64().unwrap_or_default();
        bound = bound.max(sums::greatest(&weights(input)?, &bias, |at| at.checked_div(depth).unwrap_or(0)));
        bound = bound.max(sums::greatest(&weights(recurrent)?, &vec![0; units], |at| {
            at.checked_div(units).unwrap_or(0)
        }));
    }
    Sums::wide(bound)
}

impl Lstm {
    /// The factors of all gates.
    fn gates(&self) -> [Factor; 8] {
        let [a, b, c, d] = [&self.input, &self.forget, &self.candidate, &self.output];
        [a.input, b.input, c.input, d.input, a.recurrent, b.recurrent, c.recurrent, d.recurrent]
    }

    /// The same with the shorter multipliers that 64-bit sums have.
    fn shortened(&self) -> Self {
        let upper = |Factor { multiplier, shift }: Factor| {
            let multiplier = requantization::upper_half(multiplier).into();
            Factor { multiplier, shift }
        };
        let gate =
            |Gate { input, recurrent }: Gate| Gate { input: upper(input), recurrent: upper(recurrent) };
        let Self { input, forget, candidate, output, .. } = *self;
        Self {
            input: gate(input),
            forget: gate(forget),
            candidate: gate(candidate),
            output: gate(output),
            ..*self
        }
    }
}

/// What the scale of the cells decides.
struct Cell {
    argument: Sigmoid,
    kept: Factor,
    added: Factor,
    greatest: i16,
    least: i16,
}

fn cell_factors(reader: &Reader<'_>, cell: TensorId, clip: f32) -> Result<Cell, Problem> {
    let (scale, zero_point) = reader.per_tensor(cell, "cell state")?;
    // A power of two, for the argument of the function to be a shift away.
    let power = f64::from(scale).log2();
    if zero_point != 0 || power.fract() != 0.0 || !(-27.0..=2.0).contains(&power) {
        return Err(Problem::new(
            format!("cell state has scale {scale} and zero point {zero_point}"),
            "the scale must be a power of two from 2^-27 to 4, and the zero point 0",
            QUANTIZE,
        ));
    }
    let shift = (power as i32).saturating_add(12);
    let argument = match u32::try_from(shift) {
        Ok(left) => Sigmoid { multiplier: 3 << left, shift: 0 },
        Err(_) => Sigmoid { multiplier: 3, shift: shift.unsigned_abs() },
    };
    let limit = (f64::from(clip) / f64::from(scale)).min(i16::MAX.into()) as i16;
    let (greatest, least) = if clip > 0.0 { (limit, limit.saturating_neg()) } else { (i16::MAX, i16::MIN) };
    Ok(Cell {
        argument,
        kept: factor(FUNCTION_SCALE)?,
        added: factor(FUNCTION_SCALE * FUNCTION_SCALE / f64::from(scale))?,
        greatest,
        least,
    })
}

/// Matrices of all gates.
fn matrices(to: &Lowering<'_>, inputs: [usize; 4]) -> Result<Vec<Vec<i8>>, Bug> {
    let matrix = |&index: &usize| Ok(to.tensor(to.input(index)?).to_i8().unwrap_or_default());
    inputs.iter().map(matrix).collect()
}

/// What a zero point adds to the sums over the rows of each matrix.
fn folded(matrices: &[Vec<i8>], depth: usize, zero_point: i32) -> Vec<Vec<i32>> {
    let row = |row: &[i8]| requantization::sum(row).wrapping_mul(zero_point).wrapping_neg();
    matrices.iter().map(|matrix| matrix.chunks_exact(depth).map(row).collect()).collect()
}

/// Rows of `width` of all gates, unit by unit.
fn unit_by_unit<T: Copy>(gates: &[Vec<T>], width: usize) -> impl Iterator<Item = T> {
    let units = gates.first().map_or(0, |gate| gate.len().checked_div(width).unwrap_or(0));
    let rows =
        (0..units).flat_map(move |unit| gates.iter().filter_map(move |gate| gate.chunks(width).nth(unit)));
    rows.flatten().copied()
}

impl Layer {
    /// Biases of the gates with the zero points folded in: over the input, and over the last output.
    fn biases_8(&self, to: &Lowering<'_>, input: &[Vec<i8>], recurrent: &[Vec<i8>]) -> Result<Vec<Arg>, Bug> {
        let Lstm { depth, units, zero_point, .. } = self.params;
        let mut input_bias = folded(input, depth, self.input_zero_point);
        for (sums, index) in input_bias.iter_mut().zip(BIASES) {
            let bias = to.tensor(to.input(index)?).to_i32().unwrap_or_default();
            sums.iter_mut().zip(bias).for_each(|(sum, bias)| *sum = sum.wrapping_add(bias));
        }
        let recurrent_bias = folded(recurrent, units, zero_point);
        Ok(vec![
            Arg::Constant(Constant::int32("INPUT_BIAS", unit_by_unit(&input_bias, 1))),
            Arg::Constant(Constant::int32("RECURRENT_BIAS", unit_by_unit(&recurrent_bias, 1))),
        ])
    }

    /// Biases of the gates over 16-bit activations.
    fn bias_16(to: &Lowering<'_>, sums: Sums) -> Result<Arg, Bug> {
        let bias = |&index: &usize| Ok(to.tensor(to.input(index)?).to_i64().unwrap_or_default());
        let biases: Vec<Vec<i64>> = BIASES.iter().map(bias).collect::<Result<_, Bug>>()?;
        Ok(sums.biases(unit_by_unit(&biases, 1)))
    }
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Lstm { batches, steps, depth, units, .. } = self.params;
        let (input, recurrent) = (matrices(to, INPUT_WEIGHTS)?, matrices(to, RECURRENT_WEIGHTS)?);
        let mut args = vec![
            Arg::Constant(Constant::int8("INPUT_WEIGHTS", unit_by_unit(&input, depth))),
            Arg::Constant(Constant::int8("RECURRENT_WEIGHTS", unit_by_unit(&recurrent, units))),
        ];
        match self.activations {
            Activations::Int8 => args.extend(self.biases_8(to, &input, &recurrent)?),
            Activations::Int16(sums) => args.push(Self::bias_16(to, sums)?),
        }
        args.extend([
            sigmoid::points_constant(),
            Arg::Window("input", to.read(to.input(INPUT)?)?, Access::Read),
            Arg::Window("hidden", to.read(to.input(HIDDEN)?)?, Access::Update),
            Arg::Window("cell", to.read(to.input(CELL)?)?, Access::Update),
            Arg::Window("output", to.write(to.output(0)?)?, Access::Write),
        ]);
        let macs = batches
            .saturating_mul(steps)
            .saturating_mul(4)
            .saturating_mul(units)
            .saturating_mul(depth.saturating_add(units));
        let module = "unidirectional_sequence_lstm";
        match self.activations {
            Activations::Int8 => {
                to.call(module, "unidirectional_sequence_lstm_s8", &self.params, args, macs);
            }
            Activations::Int16(sums) => {
                let params = Lstm16 { layer: self.params.shortened(), sums };
                to.call(module, "unidirectional_sequence_lstm_s16", &params, args, macs);
            }
        }
        Ok(())
    }
}
