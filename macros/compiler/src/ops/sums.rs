//! How operators with weights add up: types of activations and biases, and what sums they lead to.

use super::requantization;
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::lower::Lowering;
use crate::program::{Arg, Constant};
use crate::quantize::Multiplier;
use crate::read::{QUANTIZE, Reader};

/// Types of activations, with what follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activations {
    Int8,
    Int16(Sums),
}

/// How products of `int16` are added up. Prints as the kernels' `Accumulator` of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sums {
    Sum32,
    Sum64,
    Sum64In32,
}

/// The tensors of an operator with weights.
pub(crate) struct Operands {
    pub(crate) input: TensorId,
    pub(crate) weights: TensorId,
    pub(crate) output: TensorId,
    /// Index of the bias among the inputs.
    pub(crate) bias: usize,
    pub(crate) units: usize,
}

/// What the reference does with `int16` activations, operator by operator.
pub(crate) struct Rules<'a> {
    /// Types of the bias.
    pub(crate) biases: &'a [ElementType],
    /// Whether sums have 32 bits where there is no bias.
    pub(crate) short_without_bias: bool,
    /// The unit that each weight belongs to.
    pub(crate) unit: &'a dyn Fn(usize) -> usize,
}

/// What sums with 64-bit biases may reach, in the reference's requantization.
const WIDEST: i64 = 1 << 47;
/// The greatest shift of their multipliers there.
const WIDE_SHIFT: i32 = 7;

/// Checks types, bias and zero points.
pub(crate) fn read(
    reader: &Reader<'_>,
    operands: &Operands,
    rules: &Rules<'_>,
) -> Result<Activations, Problem> {
    let Operands { input, weights, output, bias, units } = *operands;
    let ty = reader.one_of(input, "input", &[ElementType::Int8, ElementType::Int16])?;
    let weight_types: &[ElementType] = match ty {
        ElementType::Int8 => &[ElementType::Int8, ElementType::Int4],
        _ => &[ElementType::Int8],
    };
    reader.one_of(weights, "weights", weight_types)?;
    reader.same_type(input, output)?;
    reader.constant(weights, "weights")?;
    if ty == ElementType::Int8 {
        requantization::bias(reader, bias, units, &[ElementType::Int32])?;
        return Ok(Activations::Int8);
    }
    requantization::bias(reader, bias, units, rules.biases)?;
    reader.symmetric(input, "input")?;
    reader.symmetric(output, "output")?;
    let given = reader.optional_input(bias).map(|id| reader.tensor(id));
    let short = given.map_or(rules.short_without_bias, |bias| bias.ty == ElementType::Int32);
    if short {
        return Ok(Activations::Int16(Sums::Sum32));
    }
    let weights = reader.tensor(weights).to_i8().unwrap_or_default();
    let biases = given.and_then(|bias| bias.to_i64()).unwrap_or_else(|| vec![0; units]);
    Ok(Activations::Int16(Sums::wide(greatest(&weights, &biases, rules.unit))?))
}

/// The greatest magnitude that the sum of any unit can have.
pub(crate) fn greatest(weights: &[i8], biases: &[i64], unit: impl Fn(usize) -> usize) -> i64 {
    let mut bounds: Vec<u64> = biases.iter().map(|bias| bias.unsigned_abs()).collect();
    for (at, weight) in weights.iter().enumerate() {
        if let Some(bound) = bounds.get_mut(unit(at)) {
            *bound = bound.saturating_add(u64::from(weight.unsigned_abs()) << 15);
        }
    }
    bounds.into_iter().max().map_or(0, |bound| i64::try_from(bound).unwrap_or(i64::MAX))
}

impl Activations {
    /// Checks that the multipliers are in the range of the arithmetic.
    pub(crate) fn check(self, multipliers: &[Multiplier]) -> Result<(), Problem> {
        match multipliers.iter().find(|m| m.shift > WIDE_SHIFT) {
            Some(Multiplier { shift, .. }) if self.wide() => Err(Problem::new(
                format!("scales whose ratio is 2^{} or more", shift.saturating_sub(1)),
                "the reference brings 64-bit sums to scales that are finer by less than 2^7",
                QUANTIZE,
            )),
            _ => Ok(()),
        }
    }

    fn wide(self) -> bool {
        matches!(self, Self::Int16(Sums::Sum64 | Sums::Sum64In32))
    }
}

impl Sums {
    /// Those with 64-bit biases that reach no further than this.
    pub(crate) fn wide(greatest: i64) -> Result<Self, Problem> {
        if greatest >= WIDEST {
            return Err(Problem::new(
                format!("sums that may reach {greatest}"),
                "the reference computes with less than 2^47",
                "quantize again: the bias is far larger than the sums it is added to",
            ));
        }
        Ok(if greatest <= i32::MAX.into() { Self::Sum64In32 } else { Self::Sum64 })
    }

    /// The bias of each unit as its kernels read it; zeros if it is left out.
    pub(crate) fn bias(self, to: &Lowering<'_>, index: usize, units: usize) -> Arg {
        let given = to.optional_input(index).and_then(|id| to.tensor(id).to_i64());
        self.biases(given.unwrap_or_else(|| vec![0; units]))
    }

    /// Biases as kernels read them.
    pub(crate) fn biases(self, biases: impl IntoIterator<Item = i64>) -> Arg {
        let halves = |bias: i64| [bias as i32, (bias >> 32) as i32];
        let words = if self == Self::Sum64 { 2 } else { 1 };
        let words = biases.into_iter().flat_map(|bias| halves(bias).into_iter().take(words));
        Arg::Constant(Constant::int32("BIAS", words))
    }

    /// Multipliers and shifts of every unit.
    pub(crate) fn scales(self, multipliers: &[Multiplier], units: usize) -> (Arg, Arg) {
        let (full, shifts) = requantization::constants(multipliers, units);
        if self == Self::Sum32 {
            return (full, shifts);
        }
        let each = multipliers.iter().cycle().take(units);
        let upper = each.map(|m| requantization::upper_half(m.multiplier));
        (Arg::Constant(Constant::int16("MULTIPLIERS", upper)), shifts)
    }
}

/// Whether the operator's options ask for 32-bit sums where there is no bias: a field that the schema of
/// `tract-tflite` does not know yet, at `slot` of the table.
pub(crate) fn asks_for_short_sums(options: flatbuffers::Table<'_>, slot: u16) -> bool {
    const INT32: u8 = 2;
    let at = usize::from(options.vtable().get(slot));
    at != 0 && options.buf().get(options.loc().saturating_add(at)) == Some(&INT32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_per_unit() {
        assert_eq!(greatest(&[1, -2, 3, -128], &[-5, 7], |at| at / 2), 131 * 32768 + 7);
        assert_eq!(greatest(&[1, -2, 3, -128], &[-5, 7], |at| at % 2), 130 * 32768 + 7);
        assert_eq!(greatest(&[1], &[i64::MIN], |at| at), i64::MAX);
    }
}
