//! SVDF: a fully connected layer over the last steps of a stream, whose weights were split into filters
//! over features and filters over time.

use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::{Contents, ElementType, TensorId};
use crate::kernels::shapes::Requantization;
use crate::kernels::svdf::Svdf;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::quantize::Multiplier;
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    params: Svdf,
    rows: usize,
    input_zero_point: i32,
    /// Type of the state and of the filters over time.
    state: ElementType,
}

/// The tensors of the operator.
struct Tensors {
    input: TensorId,
    features: TensorId,
    time: TensorId,
    bias: TensorId,
    state: TensorId,
    output: TensorId,
}

/// The fused activation does not matter: the reference takes the limits of `int8` instead.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(5..=5, 1)?;
    let tensors = Tensors {
        input: reader.input(0)?,
        features: reader.input(1)?,
        time: reader.input(2)?,
        bias: reader.input(3)?,
        state: reader.input(4)?,
        output: reader.output(0)?,
    };
    let state = types(reader, &tensors)?;
    let options = reader.options(tflite::Operator::builtin_options_as_svdfoptions)?;
    let [rows, depth] = reader.dimensions(tensors.input, "input")?;
    let [filters, _] = reader.dimensions(tensors.features, "weights")?;
    let [_, memory] = reader.dimensions(tensors.time, "weights over time")?;
    let rank = reader.in_range(options.rank(), "the rank", 1..=i32::MAX)?;
    if !filters.is_multiple_of(rank) || memory > u16::MAX.into() {
        return Err(Problem::new(
            format!("rank {rank}, {filters} filters over {memory} steps"),
            "units must have as many filters as the rank says, and remember at most 65535 steps",
            CONVERT_AGAIN,
        ));
    }
    reader.expect_shape(tensors.features, "weights", &[filters, depth])?;
    reader.expect_shape(tensors.time, "weights over time", &[filters, memory])?;
    reader.expect_shape(tensors.bias, "bias", &[filters.checked_div(rank).unwrap_or(0)])?;
    reader.expect_shape(tensors.output, "output", &[rows, filters.checked_div(rank).unwrap_or(0)])?;
    let kept = memory.saturating_mul(filters);
    reader.expect_shape(tensors.state, "state", &[rows, kept])?;
    let scales = scales(reader, &tensors)?;
    let params = Svdf {
        depth,
        rank,
        filters,
        memory,
        feature_multiplier: scales.features.multiplier,
        feature_shift: scales.features.shift,
        zero_point: scales.state_zero_point,
        multiplier: scales.time.multiplier,
        shift: scales.time.shift as i8,
        output: Requantization {
            zero_point: scales.zero_point,
            least: i8::MIN.into(),
            greatest: i8::MAX.into(),
        },
    };
    Ok(Rc::new(Layer { params, rows, input_zero_point: scales.input_zero_point, state }))
}

/// Checks all types, and that the state is one; its type.
fn types(reader: &Reader<'_>, tensors: &Tensors) -> Result<ElementType, Problem> {
    reader.one_of(tensors.input, "input", &[ElementType::Int8])?;
    reader.one_of(tensors.features, "weights", &[ElementType::Int8])?;
    reader.one_of(tensors.output, "output", &[ElementType::Int8])?;
    reader.one_of(tensors.bias, "bias", &[ElementType::Int32])?;
    let ty = reader.one_of(tensors.time, "weights over time", &[ElementType::Int8, ElementType::Int16])?;
    reader.same_type(tensors.time, tensors.state)?;
    reader.constant(tensors.features, "weights")?;
    reader.constant(tensors.time, "weights")?;
    reader.constant(tensors.bias, "biases")?;
    reader.state(tensors.state, "state")?;
    Ok(ty)
}

/// Factors and zero points.
struct Scales {
    features: Multiplier,
    time: Multiplier,
    input_zero_point: i32,
    state_zero_point: i32,
    zero_point: i32,
}

/// The reference multiplies scales in single precision here.
fn scales(reader: &Reader<'_>, tensors: &Tensors) -> Result<Scales, Problem> {
    let (input, input_zero_point) = reader.per_tensor(tensors.input, "input")?;
    let (state, state_zero_point) = reader.per_tensor(tensors.state, "state")?;
    let (output, zero_point) = reader.per_tensor(tensors.output, "output")?;
    let (features, features_zero_point) = reader.per_tensor(tensors.features, "weights")?;
    let (time, time_zero_point) = reader.per_tensor(tensors.time, "weights over time")?;
    let (bias, bias_zero_point) = reader.per_tensor(tensors.bias, "bias")?;
    if [features_zero_point, time_zero_point, bias_zero_point] != [0; 3] {
        return Err(Problem::new(
            "weights or a bias with a zero point other than 0",
            "the reference ignores it",
            QUANTIZE,
        ));
    }
    if (f64::from(bias) - f64::from(state * time)).abs() >= 1e-5 {
        return Err(Problem::new(
            format!("bias has scale {bias}, state and weights over time have {state} and {time}"),
            "it must be the product of the two, to be added to theirs",
            QUANTIZE,
        ));
    }
    Ok(Scales {
        features: requantization::multiplier((input * features / state).into())?,
        time: requantization::multiplier((state * time / output).into())?,
        input_zero_point,
        state_zero_point,
        zero_point,
    })
}

impl Layer {
    /// The biases of filters and units, with the zero points of what they are added to folded in.
    fn biases(&self, features: &[i8], time: &[i32], bias: &[i32]) -> (Vec<i32>, Vec<i32>) {
        let Svdf { depth, rank, memory, zero_point, .. } = self.params;
        let folded = |sum: i32, zero_point: i32| sum.wrapping_mul(zero_point).wrapping_neg();
        let features = features.chunks_exact(depth).map(requantization::sum);
        let features = features.map(|sum| folded(sum, self.input_zero_point));
        let sum = |weights: &[i32]| weights.iter().fold(0i32, |sum, &w| sum.wrapping_add(w));
        let units = time.chunks_exact(memory.saturating_mul(rank)).map(sum).zip(bias);
        let units = units.map(|(sum, &bias)| bias.wrapping_add(folded(sum, zero_point)));
        (features.collect(), units.collect())
    }
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let features = to.tensor(to.input(1)?).to_i8().unwrap_or_default();
        let time = to.tensor(to.input(2)?).to_i32().unwrap_or_default();
        let bias = to.tensor(to.input(3)?).to_i32().unwrap_or_default();
        let (feature_bias, bias) = self.biases(&features, &time, &bias);
        let (kernel, time) = match self.state {
            ElementType::Int16 => {
                ("svdf_s16", Constant::int16("TIME_WEIGHTS", time.into_iter().map(|w| w as i16)))
            }
            _ => ("svdf_s8", Constant::int8("TIME_WEIGHTS", time.into_iter().map(|w| w as i8))),
        };
        let position = to.state(ElementType::UInt16, 1, Contents::Fill(0))?;
        let args = vec![
            Arg::Constant(Constant::int8("FEATURE_WEIGHTS", features)),
            Arg::Constant(Constant::int32("FEATURE_BIAS", feature_bias)),
            Arg::Constant(time),
            Arg::Constant(Constant::int32("BIAS", bias)),
            Arg::Window("input", to.read(to.input(0)?)?, Access::Read),
            Arg::Window("state", to.read(to.input(4)?)?, Access::Update),
            Arg::Window("position", position, Access::Update),
            Arg::Window("output", to.write(to.output(0)?)?, Access::Write),
        ];
        let Svdf { depth, filters, memory, .. } = self.params;
        to.call(
            "svdf",
            kernel,
            &self.params,
            args,
            self.rows.saturating_mul(filters).saturating_mul(depth.saturating_add(memory)),
        );
        Ok(())
    }
}
