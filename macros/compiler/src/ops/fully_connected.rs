//! FULLY_CONNECTED: every output is a weighted sum of all inputs of its row.

use super::activation::Activation;
use super::channels::{Channels, Cut};
use super::lookup::limited;
use super::narrow::{self, Form};
use super::one_scale::{Following, Joined, Scales};
use super::sums::{self, Activations, Sums};
use super::unit_blocks::{MAX_MEMORY, MEMORY_OF_A_STEP, Simplified, Units, with_arguments};
use super::unit_pairs::{self, Layout};
use super::weighted::{self, Bounds, Weighted};
use super::{Op, requantization, unit_fours, unit_products, unit_streams};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Tensor};
use crate::inner::FOUR;
use crate::kernels::blocks::{FullyConnectedBlocks, PixelBlocks};
use crate::kernels::fully_connected::{
    FullyConnected, FullyConnected16, FullyConnectedOffset, FullyConnectedRing,
};
use crate::kernels::reach::Reach;
use crate::kernels::shapes::Requantization;
use crate::lower::{Bug, Lowering, RingView};
use crate::optimize::Optimize;
use crate::program::{Access, Arg, Constant, Params, Planes, Variant, View};
use crate::quantize::Multiplier;
use crate::ranges::{Known, Ranges, channels};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// So many units are written out one by one by LLVM, if it is told how many there are.
const FEW: std::ops::RangeInclusive<usize> = 2..=8;

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

/// A layer of less weights than this does not gain by having them in fours of units.
const SMALL: usize = 1024;

/// The same for pairs: less inputs than these.
const SHORT: usize = 4;

impl Layer {
    /// An input and an output that may share memory.
    fn planes(&self, input: View, output: View) -> Planes {
        Planes::new(input, output, |len| Reach::of_runs_in(len, self.depth, self.units))
    }

    fn lower_16(&self, to: &mut Lowering<'_>, sums: Sums) -> Result<(), Bug> {
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.range;
        let output_range = Requantization { zero_point, least, greatest };
        let Self { depth, units, .. } = *self;
        let params = FullyConnected16 { depth, units, sums, output: output_range };
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

    /// The kernels for backends that have others.
    fn variants(&self, weights: &[i8], bias: &[i32], output: Requantization, of_row: OneRow) -> Vec<Variant> {
        let layer = Simplified::of(weights, bias, &self.multipliers, output);
        let fours = || unit_fours::fully_connected(&layer, self.depth, output);
        // A small layer is done before a loop over four units at a time has begun.
        let is_small = self.depth.saturating_mul(self.units) < SMALL;
        let words = |layout| unit_pairs::fully_connected(&layer, self.depth, output, layout);
        let is_row = self.rows == 1;
        let pairs = is_row && self.depth >= SHORT && self.units >= FOUR;
        let pairs = pairs.then(|| words(Layout::Pairs)).flatten();
        let bytes = (is_row && !is_small).then(|| words(Layout::Bytes)).flatten();
        let fours = (!is_small).then(fours).flatten();
        [self.blocks(&layer, output, of_row), pairs, bytes, fours].into_iter().flatten().collect()
    }

    /// The kernel for weights in blocks, if they can be brought into these.
    fn blocks(&self, layer: &Simplified, output: Requantization, of_row: OneRow) -> Option<Variant> {
        let Self { rows, depth, units, .. } = *self;
        let Simplified { weights, bias, multipliers } = layer;
        let ties = output.least < output.zero_point;
        let blocks = Units { weights, filter: depth, run: depth, bias, multipliers, ties };
        let constants = vec![blocks.blocks()?];
        let steps = blocks.steps();
        let fits = steps.saturating_mul(MEMORY_OF_A_STEP) <= MAX_MEMORY;
        let row = || format!("{:?}", FullyConnectedBlocks { depth, units, output });
        let (kernel, params) = match (rows, of_row) {
            (1, OneRow::Fast) => ("fully_connected_blocks_s8", row()),
            (1, OneRow::Small) => ("fully_connected_small_s8", row()),
            (1, OneRow::Pixel) if !fits => ("fully_connected_small_s8", row()),
            _ if !fits => return None,
            _ => {
                let params = PixelBlocks::<0> { depth, units, output };
                ("conv_2d_1x1_blocks_s8", with_arguments(&params, format_args!("{steps}")))
            }
        };
        Some(Variant { backend: "dsp", module: "blocks", kernel, params, parameters: None, constants })
    }
}

/// Which loop over blocks serves one row.
#[derive(Clone, Copy, Debug)]
enum OneRow {
    /// The fastest.
    Fast,
    /// The smallest.
    Small,
    /// The one that is there for pixels, which takes one for two.
    Pixel,
}

impl OneRow {
    fn of(to: &Lowering<'_>) -> Self {
        match to.optimize() {
            Optimize::Speed | Optimize::Balanced => Self::Fast,
            Optimize::Size if to.has_pixels() => Self::Pixel,
            Optimize::Size => Self::Small,
        }
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

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        if let Activations::Int16(sums) = self.activations {
            return self.lower_16(to, sums);
        }
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, input_zero_point) = to.scale_and_zero_point(input);
        let (_, zero_point) = to.scale_and_zero_point(output);
        let (least, greatest) = self.range;
        let values = to.tensor(weights).to_i8().unwrap_or_default();
        let (_, weight_zero_point) = to.scale_and_zero_point(weights);
        let rows = values.chunks_exact(self.depth);
        let sums = rows.map(|row| requantization::difference_sum(row, weight_zero_point));
        let bias = requantization::folded_bias(to, 2, sums, input_zero_point);
        let range = Requantization { zero_point, least, greatest };
        let four_bits = to.tensor(weights).ty == ElementType::Int4;
        let plain = weight_zero_point == 0 && !four_bits;
        let plain_weights = weight_zero_point == 0;
        let mut variants = match plain_weights {
            true => self.variants(&values, &bias, range, OneRow::of(to)),
            false => Vec::new(),
        };
        let sums = self.sums(&to.known());
        let layer = || Simplified::of(&values, &bias, &self.multipliers, range);
        let short = sums.as_ref().and_then(|sums| unit_products::shorten(&mut variants, layer, sums, range));
        let ring = to.ring(input).filter(|_| plain && self.rows == 1);
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
                args.push(Arg::Planes(self.planes(to.read(input)?, to.write(output)?)));
            }
        }
        if let Some(sums) = sums {
            to.prove_sums(&sums);
        }
        let (name, params) = match plain {
            true => self.kernel(ring, range),
            false => self.special_kernel(range, weight_zero_point),
        };
        to.call("fully_connected", name, &*params, args, self.macs());
        variants.into_iter().for_each(|variant| to.offer(variant));
        Ok(())
    }
}

impl Layer {
    /// Multiplications of one inference.
    fn macs(&self) -> usize {
        self.rows.saturating_mul(self.depth).saturating_mul(self.units)
    }

    /// The kernel for outputs that are proved to be those of narrow products, and what to note of that.
    fn narrow(
        &self,
        to: &Lowering<'_>,
        (values, bias): (&[i8], &[i32]),
        sums: &[Bounds],
        output: Requantization,
        ring: Option<RingView>,
    ) -> Option<(Variant, String)> {
        let (output, scales) = narrow::narrowed(output, &self.multipliers, sums)?;
        let note = narrow::note(&scales);
        let is_small = to.optimize() == Optimize::Size;
        let stream = unit_streams::Layer { weights: values, bias, scales: &scales, sums, output };
        let stream = if ring.is_some() || is_small { None } else { stream.fully_connected([self.rows, self.depth]) };
        let variant = stream.or_else(|| {
            let (mut name, params) = self.kernel(ring, output);
            if is_small && FEW.contains(&self.units) && self.rows == 1 && ring.is_none() {
                name = "fully_connected_few_narrow_s8";
            }
            narrow::variant("fully_connected", name, &*params, (values.to_vec(), bias, scales))
        });
        Some((variant?, note))
    }

    /// The kernel for weights of eight bits without a zero point.
    fn kernel<R: Form>(&self, ring: Option<RingView>, output: R) -> (&'static str, Box<dyn Params>) {
        let layer = FullyConnected { depth: self.depth, units: self.units, output };
        match ring {
            Some(RingView { shape: ring, .. }) => (
                R::name(["fully_connected_ring_s8", "fully_connected_ring_narrow_s8"]),
                Box::new(FullyConnectedRing { ring, layer }),
            ),
            None => (R::name(["fully_connected_s8", "fully_connected_narrow_s8"]), Box::new(layer)),
        }
    }

    /// The kernel for other weights.
    fn special_kernel(
        &self,
        output: Requantization,
        weight_zero_point: i32,
    ) -> (&'static str, Box<dyn Params>) {
        let layer = FullyConnected { depth: self.depth, units: self.units, output };
        match weight_zero_point {
            0 => ("fully_connected_s4", Box::new(layer)),
            _ => ("fully_connected_offset_s8", Box::new(FullyConnectedOffset { layer, weight_zero_point })),
        }
    }
}
