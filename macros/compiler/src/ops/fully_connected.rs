//! FULLY_CONNECTED: every output is a weighted sum of all inputs of its row.

mod kernels;

use super::activation::Activation;
use super::channels::{Channels, Cut};
use super::lookup::limited;
use super::narrow;
use super::once;
use super::one_scale::{Following, Joined, Scales};
use super::sums::{self, Activations, Sums};
use super::unit_blocks::Simplified;
use super::weighted::{self, Bounds, Weighted};
use super::{Op, requantization, unit_fours, unit_products};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Tensor};
use crate::kernels::fully_connected::FullyConnected16;
use crate::kernels::reach::Reach;
use crate::kernels::shapes::Requantization;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant, Planes, View};
use crate::quantize::Multiplier;
use crate::ranges::{Known, Ranges, channels};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use kernels::OneRow;
use std::rc::Rc;

#[derive(Clone, Debug)]
struct Layer {
    /// Rows of the input.
    rows: usize,
    /// Elements of one row of the input.
    depth: usize,
    /// Elements of one row of the output.
    units: usize,
    /// The least and the greatest output, after the fused activation.
    range: (i32, i32),
    activations: Activations,
    /// One, or one per unit.
    multipliers: Vec<Multiplier>,
}

/// Slot of `FullyConnectedOptions.quantized_bias_type`.
const BIAS_TYPE: u16 = 12;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=3, 1)?;
    let (input, weights, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    let options = reader.options(tflite::Operator::builtin_options_as_fully_connected_options)?;
    if options.weights_format() != tflite::FullyConnectedOptionsWeightsFormat::DEFAULT {
        return Err(Problem::new(
            format!("weights in the format {:?}", options.weights_format()),
            "it is private to one version of TensorFlow Lite on x86",
            CONVERT_AGAIN,
        ));
    }
    let [units, depth] = reader.dimensions(weights, "weights")?;
    let operands = sums::Operands { input, weights, output, bias: 2, units };
    let rules = sums::Rules {
        biases: &[ElementType::Int32, ElementType::Int64],
        short_without_bias: sums::asks_for_short_sums(options._tab, BIAS_TYPE),
        unit: &|at| at.checked_div(depth).unwrap_or(0),
    };
    let activations = sums::read(reader, &operands, &rules)?;
    let four_bits = reader.tensor(weights).ty == ElementType::Int4;
    if four_bits && reader.quantization(weights, "weights")?.scales.len() > 1 {
        return Err(Problem::new(
            "int4 weights with a scale per output",
            "TensorFlow Lite Micro has one scale for them in FULLY_CONNECTED",
            "convert with one scale per tensor, or to int8 weights",
        ));
    }
    let elements = reader.tensor(input).elements();
    if !elements.is_multiple_of(depth) {
        return Err(Problem::new(
            format!("input of {elements} elements, weights for rows of {depth}"),
            "the input must be whole rows",
            CONVERT_AGAIN,
        ));
    }
    let rows = elements.checked_div(depth).unwrap_or(0);
    if reader.tensor(output).elements() != rows.saturating_mul(units) {
        return Err(Problem::new(
            format!("output has shape {:?}", reader.tensor(output).shape),
            format!("{rows} rows of {units} follow from the inputs"),
            CONVERT_AGAIN,
        ));
    }
    let range = Activation::read(options.fused_activation_function())?.of_output(reader, output)?;
    let multipliers = requantization::multipliers(reader, input, weights, 0, output)?;
    activations.check(&multipliers)?;
    Ok(Rc::new(Layer { rows, depth, units, range, activations, multipliers }))
}

impl Layer {
    /// What every element of the output has in common.
    fn requantization(&self, zero_point: i32) -> Requantization {
        let (least, greatest) = self.range;
        Requantization { zero_point, least, greatest }
    }

    /// Multiplications of one inference.
    fn macs(&self) -> usize {
        self.rows.saturating_mul(self.depth).saturating_mul(self.units)
    }

    /// An input and an output that may share memory.
    fn planes(&self, input: View, output: View) -> Planes {
        Planes::new(input, output, |len| Reach::of_runs_in(len, self.depth, self.units))
    }

    fn lower_16(&self, to: &mut Lowering<'_>, sums: Sums) -> Result<(), Bug> {
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, zero_point) = to.scale_and_zero_point(output);
        let Self { depth, units, .. } = *self;
        let params = FullyConnected16 { depth, units, sums, output: self.requantization(zero_point) };
        let (multipliers, shifts) = sums.scales(&self.multipliers, units);
        let args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", to.tensor(weights).to_i8().unwrap_or_default())),
            sums.bias(to, 2, units),
            multipliers,
            shifts,
            Arg::Planes(self.planes(to.read(input)?, to.write(output)?)),
        ];
        to.call(
            "fully_connected",
            "fully_connected_s16",
            &params,
            args,
            self.rows.saturating_mul(depth).saturating_mul(units),
        );
        Ok(())
    }
}

impl Layer {
    /// Calls `then` with the weights and what they meet, if rows begin with the same channel.
    fn weighted<T>(&self, known: &Known<'_>, then: impl FnOnce(Weighted<'_>) -> T) -> Option<T> {
        known.affords_weights().then_some(())?;
        let (input, weights) = (known.input(0)?, known.input(1)?);
        let channels = self.channels_of(known)?;
        let zero_point = Known::zero_point(weights);
        let less = |weight: i8| i32::from(weight).saturating_sub(zero_point);
        Some(then(Weighted {
            weights: weights.to_i8()?.into_iter().map(less).collect(),
            filter: self.depth,
            bias: weighted::biases(known),
            channel: &|_, at| at.checked_rem(channels).unwrap_or(0),
            padded: &|_| false,
            zero_point: Known::zero_point(input),
        }))
    }

    /// Channels of the input, if each row of this layer begins with the first of them. Where it was made smaller,
    /// the depth is that of before.
    fn channels_of(&self, known: &Known<'_>) -> Option<usize> {
        let input = known.id(0)?;
        let channels = match known.kept.and_then(|kept| kept.get(&input)) {
            Some(kept) => kept.len(),
            None => channels(known.input(0)?),
        };
        self.depth.is_multiple_of(channels).then_some(channels)
    }

    /// The bounds of the sum of each unit.
    fn sums(&self, known: &Known<'_>) -> Option<Vec<Bounds>> {
        let input = known.ranges(0)?;
        self.weighted(known, |weighted| weighted.sums(&input))
    }

    fn cut(&self, cut: &mut Cut<'_>) -> Option<Self> {
        let (input, weights) = (cut.ranges(0)?, cut.tensor(1)?.clone());
        let values = weights.to_i8()?;
        let (positions, biases) = {
            let known = cut.known();
            self.weighted(&known, |weighted| weighted.cut(cut, &input))?
        };
        let units = biases.len();
        let depth = positions.len().checked_div(units)?;
        let values: Vec<i8> = positions.into_iter().filter_map(|at| values.get(at).copied()).collect();
        let multipliers = weighted::multipliers(cut, &self.multipliers);
        cut.replace(1, vec![units, depth], weighted::bytes(weights.ty, &values));
        weighted::replace_bias(cut, self.activations, &biases);
        Some(Self { depth, units, multipliers, ..self.clone() })
    }
}

impl Op for Layer {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let output = known.output(0)?;
        let zero_point = Known::zero_point(output);
        let outputs = self.sums(known)?.into_iter().zip(self.multipliers.iter().cycle());
        let outputs = Ranges::each(outputs.map(|(sum, &multiplier)| {
            weighted::output(self.activations, sum, multiplier, zero_point, self.range)
        }));
        Some(vec![if channels(output) == self.units { outputs } else { Ranges::same(outputs.hull()) }])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        let spare = || {
            let (input, count) = (known.ranges(0)?, self.channels_of(known)?);
            self.weighted(known, |weighted| weighted.spare(count, &input))
        };
        let whole = known.output(0).is_some_and(|output| channels(output) == self.units);
        spare().filter(|_| whole).map_or(Channels::Bound, Channels::Sums)
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        Some(Rc::new(Self { range: limited(self.range, least, greatest), ..self.clone() }))
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        Some(Rc::new(self.cut(cut)?))
    }

    fn followed(
        &self,
        known: &Known<'_>,
        then: Following<'_>,
        zero_point: i32,
    ) -> Option<(Rc<dyn Op>, Tensor)> {
        let Self { activations, multipliers, range, .. } = self;
        let before = known.output(0)?;
        (channels(before) == self.units).then_some(())?;
        let sums = self.sums(known)?;
        let scales =
            Scales { multipliers, sums: &sums, zero_point: Known::zero_point(before), range: *range };
        let (joined, bias) = weighted::followed(known, *activations, &scales, then, zero_point)?;
        let Joined { multipliers, range, .. } = joined;
        Some((Rc::new(Self { multipliers, range, ..self.clone() }), bias))
    }

    fn unbound(&self, zero_point: i32) -> Option<Rc<dyn Op>> {
        let output = self.requantization(zero_point);
        let near = |&exact: &Multiplier| once::near(exact, output).unwrap_or(exact);
        let is_short = self.activations == Activations::Int8;
        let multipliers = || self.multipliers.iter().map(near).collect();
        is_short.then(|| Rc::new(Self { multipliers: multipliers(), ..self.clone() }) as Rc<dyn Op>)
    }

    fn rounded_once(&self, zero_point: i32) -> [usize; 2] {
        let output = self.requantization(zero_point);
        match self.activations == Activations::Int8 && once::suits(&self.multipliers, output) {
            true => [self.units, 0],
            false => [0, self.units],
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        if let Activations::Int16(sums) = self.activations {
            return self.lower_16(to, sums);
        }
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, input_zero_point) = to.scale_and_zero_point(input);
        let (_, zero_point) = to.scale_and_zero_point(output);
        let values = to.tensor(weights).to_i8().unwrap_or_default();
        let (_, weight_zero_point) = to.scale_and_zero_point(weights);
        let rows = values.chunks_exact(self.depth);
        let sums = rows.map(|row| requantization::difference_sum(row, weight_zero_point));
        let bias = requantization::folded_bias(to, 2, sums, input_zero_point);
        let range = self.requantization(zero_point);
        let four_bits = to.tensor(weights).ty == ElementType::Int4;
        let plain = weight_zero_point == 0 && !four_bits;
        let plain_weights = weight_zero_point == 0;
        let mut variants = match plain_weights {
            true => {
                let layer = Simplified::of(&values, &bias, &self.multipliers, range);
                let once = to.rounds_once().then(|| once::Units::of(&layer, self.depth, range)).flatten();
                let of_row = OneRow::of(to, once.is_some());
                self.variants(&values, &bias, range, of_row, once.as_ref())
            }
            false => Vec::new(),
        };
        let sums = self.sums(&to.known());
        let layer = || Simplified::of(&values, &bias, &self.multipliers, range);
        let short = sums.as_ref().and_then(|sums| unit_products::shorten(&mut variants, layer, sums, range));
        let ring = to.ring(input).filter(|_| plain && self.rows == 1);
        let has_own_loop = plain && ring.is_none();
        let small = has_own_loop.then(|| self.small_once((&values, &bias), range, to.optimize())).flatten();
        let sums_of_plain = sums.as_deref().filter(|_| plain);
        let narrow = sums_of_plain.and_then(|sums| self.narrow(to, (&values, &bias), sums, range, ring));
        if let Some((variant, note)) = narrow {
            variants.push(variant);
            to.note(note);
        }
        let values = if four_bits { requantization::packed(&values, self.depth) } else { values };
        let (multipliers, shifts) = requantization::constants(&self.multipliers, self.units);
        let mut args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", values)),
            Arg::Constant(Constant::int32("BIAS", bias)),
            multipliers,
            shifts,
        ];
        match ring {
            Some(ring) => {
                args.extend(ring.args());
                args.push(Arg::Window("output", to.write(output)?, Access::Write));
                // What other backends have reads no ring.
                variants.retain(|variant| variant.backend == narrow::BACKEND);
            }
            None => {
                short.into_iter().for_each(|note| to.note(note));
                once::note(to, small.as_ref().map_or(&variants, std::slice::from_ref));
                args.push(Arg::Planes(self.planes(to.read(input)?, to.write(output)?)));
            }
        }
        if let Some(sums) = sums {
            to.prove_sums(&sums);
        }
        let (name, params) = match plain {
            true => self.kernel(ring, range, to.optimize()),
            false => self.special_kernel(range, weight_zero_point),
        };
        to.call("fully_connected", name, &*params, args, self.macs());
        variants.into_iter().for_each(|variant| to.offer(variant));
        if let Some(small) = small {
            to.keep(unit_fours::WITHOUT_ONCE);
            to.offer(small);
        }
        Ok(())
    }
}
