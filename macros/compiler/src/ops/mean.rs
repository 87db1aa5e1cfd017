//! MEAN: the mean along some dimensions, brought to the scale of the output.
//!
//! SUM is the same without the division, and both share their loops with all operators that reduce.

use super::channels::{Channels, Cut};
use super::{Op, requantization, short_mean, weighted};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Tensor, TensorId};
use crate::kernels::mean::{FewMean, Mean, Reduction, Run};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Params, Variant};
use crate::quantize::Multiplier;
use crate::ranges::{Interval, Known, Ranges, channels};
use crate::read::Reader;
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    /// Each dimension of the input, and whether it is reduced.
    dimensions: Vec<(usize, bool)>,
    /// From a sum to the steps of the output.
    multiplier: Multiplier,
    /// Whether outputs have the bits of the reference.
    is_bound: bool,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (dimensions, factor) = operands(reader)?;
    let multiplier = divided(factor, reduced_elements(&dimensions));
    Ok(Rc::new(Layer { dimensions, multiplier, is_bound: true }))
}

/// The same without the division.
pub(crate) fn read_sum(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (dimensions, multiplier) = operands(reader)?;
    Ok(Rc::new(Layer { dimensions, multiplier, is_bound: true }))
}

/// The dimensions, and the factor from the input's scale to the output's.
fn operands(reader: &Reader<'_>) -> Result<(Vec<(usize, bool)>, Multiplier), Problem> {
    let dimensions = reduction(reader, &[ElementType::Int8, ElementType::Int16])?;
    let (input_scale, _) = reader.per_tensor(reader.input(0)?, "input")?;
    let (output_scale, _) = reader.per_tensor(reader.output(0)?, "output")?;
    let factor = requantization::multiplier(f64::from(input_scale) / f64::from(output_scale))?;
    Ok((dimensions, factor))
}

/// Checks an operator that reduces dimensions: which they are, and the shape that is left.
pub(super) fn reduction(reader: &Reader<'_>, types: &[ElementType]) -> Result<Vec<(usize, bool)>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", types)?;
    reader.same_type(input, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_reducer_options)?;
    let dimensions = dimensions(reader, input)?;
    let kept = dimensions.iter().filter_map(|&(size, reduced)| match (reduced, options.keep_dims()) {
        (false, _) => Some(size),
        (true, keep) => keep.then_some(1),
    });
    reader.expect_shape(output, "output", &kept.collect::<Vec<_>>())?;
    Ok(dimensions)
}

/// The dimensions of the input, and which of them are axes; an axis counts once, however often it is
/// given.
fn dimensions(reader: &Reader<'_>, input: TensorId) -> Result<Vec<(usize, bool)>, Problem> {
    let axes = reader.input(1)?;
    reader.one_of(axes, "axes", &[ElementType::Int32])?;
    let shape = &reader.tensor(input).shape;
    let mut dimensions: Vec<(usize, bool)> = shape.iter().map(|&size| (size, false)).collect();
    for axis in reader.integers(1, "the list of axes")? {
        // The axes of a scalar mean nothing to the reference, and nothing is left out.
        if dimensions.is_empty() {
            break;
        }
        let axis = reader.axis(axis, dimensions.len())?;
        if let Some((_, reduced)) = dimensions.get_mut(axis) {
            *reduced = true;
        }
    }
    Ok(dimensions)
}

fn reduced_elements(dimensions: &[(usize, bool)]) -> usize {
    dimensions.iter().filter(|(_, reduced)| *reduced).map(|(size, _)| size).product()
}

/// A factor divided by a number of elements, rounded down as in the reference: the shift takes the
/// largest power of two in the number, as far as the shift stays above -32.
fn divided(factor: Multiplier, elements: usize) -> Multiplier {
    let elements = (elements as i64).max(1);
    let power = elements.ilog2().cast_signed().min(factor.shift.saturating_add(31)).max(0);
    let multiplier = (i64::from(factor.multiplier) << power).checked_div(elements).unwrap_or(0);
    Multiplier { multiplier: multiplier as i32, shift: factor.shift.saturating_sub(power) }
}

/// Neighbouring dimensions that are both kept or both reduced, as one; outermost first.
fn runs(dimensions: &[(usize, bool)]) -> Vec<(Run, bool)> {
    let mut runs: Vec<(Run, bool)> = Vec::new();
    let mut stride = 1;
    for &(size, reduced) in dimensions.iter().rev().filter(|(size, _)| *size > 1) {
        match runs.last_mut() {
            Some((run, same)) if *same == reduced => run.count = run.count.saturating_mul(size),
            _ => runs.push((Run { count: size, stride }, reduced)),
        }
        stride = stride.saturating_mul(size);
    }
    runs.reverse();
    runs
}

/// What the loops of the kernel go over. Where fewer than four alternate, as in all that eight
/// dimensions can hold, there are loops of one step around them.
#[derive(Debug)]
pub(super) struct Loops {
    pub(super) kept: [Run; 4],
    pub(super) inner: usize,
    pub(super) reduced: [Run; 4],
}

impl Loops {
    pub(super) fn of(dimensions: &[(usize, bool)]) -> Self {
        let mut runs = runs(dimensions);
        // Outputs whose inputs lie side by side are computed together.
        let inner = runs.pop_if(|(_, reduced)| !*reduced).map_or(1, |(run, _)| run.count);
        let loops = |reduced: bool| {
            let mut loops = [Run { count: 1, stride: inner }; 4];
            let found = runs.iter().rev().filter(|(_, kind)| *kind == reduced);
            loops.iter_mut().rev().zip(found).for_each(|(slot, (run, _))| *slot = *run);
            loops
        };
        Self { kept: loops(false), inner, reduced: loops(true) }
    }
}

impl Layer {
    /// Loops and scales.
    fn params(&self, input: &Tensor, output: &Tensor) -> (Mean, i32) {
        let elements = reduced_elements(&self.dimensions) as i32;
        let Loops { kept, inner, reduced } = Loops::of(&self.dimensions);
        let params = Mean {
            loops: Reduction { kept, inner, reduced },
            start: Known::zero_point(input).wrapping_mul(elements).wrapping_neg(),
            multiplier: self.multiplier.multiplier,
            shift: self.multiplier.shift,
            zero_point: Known::zero_point(output),
        };
        (params, elements)
    }

    /// The kernel with one product of 16 bits, if the integers may be others than those of the reference.
    fn few(&self, input: &Tensor, output: &Tensor) -> Option<FewMean> {
        let (params, elements) = self.params(input, output);
        let may_be = !self.is_bound && input.ty == ElementType::Int8;
        may_be.then(|| short_mean::few(&params, elements))?
    }

    /// Whether channels are not among what is reduced.
    fn keeps_channels(&self, known: &Known<'_>) -> bool {
        let kept = self.dimensions.last().is_some_and(|(_, reduced)| !reduced);
        kept && known.input(0).map(channels) == known.output(0).map(channels)
    }
}

impl Op for Layer {
    fn unbound(&self, _zero_point: i32) -> Option<Rc<dyn Op>> {
        Some(Rc::new(Self { dimensions: self.dimensions.clone(), is_bound: false, ..*self }))
    }

    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let (input, output) = (known.input(0)?, known.output(0)?);
        let few = self.few(input, output);
        let (from, to) = (Known::zero_point(input), Known::zero_point(output));
        let elements = i64::try_from(reduced_elements(&self.dimensions)).ok()?;
        let ty = Interval::of_type(output.ty);
        let value = |x: Interval| {
            if let Some(few) = &few {
                let sum = x.ends().map(|x| i64::from(x).saturating_add(128).saturating_mul(elements));
                let [least, greatest] = sum.map(|sum| i32::from(few.value(sum as u16)).saturating_sub(128));
                return Some(Interval { least, greatest });
            }
            let sum = x.ends().map(|x| i64::from(x).saturating_sub(from.into()).saturating_mul(elements));
            let scaled = weighted::scaled(sum, self.multiplier)?;
            let [least, greatest] = scaled.ends().map(|x| x.checked_add(to));
            Some(Interval { least: least?, greatest: greatest? }.clamped(ty.least, ty.greatest))
        };
        let ranges = known.ranges(0)?;
        let ranges = if self.keeps_channels(known) { ranges } else { Ranges::same(ranges.hull()) };
        Some(vec![ranges.map(|x| value(x).unwrap_or(ty))])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        if self.keeps_channels(known) { Channels::each(known, &[0]) } else { Channels::Bound }
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        let left = channels(cut.tensor(0)?);
        let mut dimensions = self.dimensions.clone();
        dimensions.last_mut()?.0 = left;
        Some(Rc::new(Self { dimensions, ..*self }))
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let args = vec![
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        if let Some(few) = self.few(to.tensor(input), to.tensor(output)) {
            to.call(
                "mean",
                "mean_short_s8",
                &short_mean::of_few(&few, reduced_elements(&self.dimensions)),
                args,
                0,
            );
            // The same where wider products are dear.
            let (module, kernel, params) = ("mean", "mean_few_s8", format!("{few:?}"));
            let (parameters, constants) = (Some(few.keep()), Vec::new());
            to.offer(Variant { backend: "avr", module, kernel, params, parameters, constants });
            return Ok(());
        }
        let (params, elements) = self.params(to.tensor(input), to.tensor(output));
        let kernel = match to.tensor(input).ty {
            ElementType::Int16 => "mean_s16",
            _ => "mean_s8",
        };
        let ty = to.tensor(input).ty;
        to.call("mean", kernel, &params, args, 0);
        if let Some(short) = short_mean::of(&params, elements).filter(|_| ty == ElementType::Int8) {
            // That of AVR has a product of its own.
            for backend in ["dsp", "mve", "portable"] {
                let (module, kernel, params) = ("mean", "mean_short_s8", format!("{short:?}"));
                let (parameters, constants) = (None, Vec::new());
                to.offer(Variant { backend, module, kernel, params, parameters, constants });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Quantization;

    /// Runs the kernel on the numbers from 0 on and compares it with sums over all elements.
    fn check(dimensions: &[(usize, bool)]) {
        let sizes: Vec<usize> = dimensions.iter().map(|(size, _)| *size).collect();
        let Loops { kept, inner, reduced } = Loops::of(dimensions);
        let input: Vec<i16> = (0..).take(sizes.iter().product()).collect();
        let Multiplier { multiplier, shift } = Multiplier { multiplier: 1 << 30, shift: 1 };
        let loops = Reduction { kept, inner, reduced };
        let params = Mean { loops, start: 0, multiplier, shift, zero_point: 0 };
        let mut expected = vec![0i16; input.len() / reduced_elements(dimensions)];
        for (at, x) in input.iter().enumerate() {
            let (mut rest, mut place, mut width) = (at, 0, 1);
            for &(size, reduced) in dimensions.iter().rev() {
                if !reduced {
                    place += rest % size * width;
                    width *= size;
                }
                rest /= size;
            }
            expected[place] += x;
        }
        let mut output = vec![0i16; expected.len()];
        crate::kernels::mean::mean_s16(&params, &input, &mut output);
        assert_eq!(output, expected, "{dimensions:?}");
    }

    #[test]
    fn any_dimensions_can_be_reduced() {
        let sizes = [2, 1, 3, 2, 2, 1, 2, 3];
        for mask in 0..256 {
            let axes = sizes.iter().enumerate().map(|(i, &size)| (size, mask >> i & 1 == 1));
            check(&axes.collect::<Vec<_>>());
        }
        for first in [true, false] {
            let alternating = (0..8).map(|i| (2, (i % 2 == 0) == first));
            check(&alternating.collect::<Vec<_>>());
        }
        check(&[]);
        check(&[(5, false), (3, true), (11, false)]);
    }

    /// A tensor of one channel with this zero point.
    fn tensor(zero_point: i32) -> Tensor {
        let quantization = Quantization { scales: vec![1.0], zero_points: vec![zero_point], dimension: 0 };
        Tensor {
            name: String::new(),
            shape: vec![1],
            ty: ElementType::Int8,
            quantization: Some(quantization),
            data: None,
            shifted: false,
        }
    }

    #[test]
    fn means_of_few_elements_are_those_of_the_reference_or_nearer() {
        let [mut checked, mut same, mut all] = [0; 3];
        for elements in [1, 2, 4, 9, 32] {
            for (factor, [from, to]) in
                [(0.3, [-128, -128]), (0.93, [-128, 127]), (0.99, [5, 20]), (1.7, [-100, 0])]
            {
                let multiplier = divided(Multiplier::new(factor).expect("it is a usual one"), elements);
                let layer = |is_bound| Layer { dimensions: vec![(elements, true)], multiplier, is_bound };
                let few = layer(false).few(&tensor(from), &tensor(to));
                assert!(layer(true).few(&tensor(from), &tensor(to)).is_none());
                let Some(few) = few else { continue };
                let short = short_mean::of_few(&few, elements);
                checked += 1;
                let (reference, _) = layer(true).params(&tensor(from), &tensor(to));
                for sum in (0..=255 * elements).step_by(elements.div_ceil(4)) {
                    // Elements of this sum.
                    let element = |at: usize| (sum * (at + 1) / elements - sum * at / elements) as i32 - 128;
                    let input: Vec<i8> = (0..elements).map(|at| element(at) as i8).collect();
                    let mean = sum as f64 / elements as f64 - 128.0;
                    let real = (f64::from(to) + factor * (mean - f64::from(from))).clamp(-128.0, 127.0);
                    let [mut bound, mut output, mut wide] = [[0]; 3];
                    crate::kernels::mean::mean_s8(&reference, &input, &mut bound);
                    crate::kernels::mean::mean_few_s8(&few, &input, &mut output);
                    crate::kernels::mean::mean_short_s8(&short, &input, &mut wide);
                    assert_eq!(wide, output, "{sum} of {elements} by {factor}");
                    same += usize::from(bound == output);
                    // The reference rounds twice.
                    let error = (f64::from(output[0]) - real).abs();
                    assert!(bound == output || error < 0.6, "{error} at {sum} of {elements} by {factor}");
                    all += 1;
                }
            }
        }
        assert!(same * 10 > all * 9 && same < all, "{same} of {all} are those of the reference");
        assert!(checked >= 15, "only {checked}");
        let long = divided(Multiplier::new(1.0).expect("it is one"), 33);
        let long = Layer { dimensions: vec![(33, true)], multiplier: long, is_bound: false };
        assert!(long.few(&tensor(0), &tensor(0)).is_none());
    }

    #[test]
    fn multipliers_hold_the_division() {
        let one = Multiplier { multiplier: 1 << 30, shift: 1 };
        assert_eq!(divided(one, 1), one);
        assert_eq!(divided(one, 4), Multiplier { multiplier: 1 << 30, shift: -1 });
        assert_eq!(divided(one, 3), Multiplier { multiplier: 715_827_882, shift: 0 });
        let tiny = Multiplier { multiplier: 1 << 30, shift: -30 };
        assert_eq!(divided(tiny, 12), Multiplier { multiplier: 178_956_970, shift: -31 });
    }
}
