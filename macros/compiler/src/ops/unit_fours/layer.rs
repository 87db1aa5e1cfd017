//! What loops over fours of units need to know of a layer, whose outputs are as the reference has them or rounded once.

// Arithmetic of values, not of sizes: sums are below 2^30.
#![allow(clippy::arithmetic_side_effects)]

use crate::inner::{MAX_EXPONENT, ONCE_CONSTANTS, UNIT_CONSTANTS};
use crate::kernels::shapes::{Once, Requantization};
use crate::ops::narrow::Form;
use crate::ops::once;
use crate::ops::unit_blocks::{Simplified, greatest_sum};
use crate::quantize::Multiplier;

/// A layer, by the form of its outputs.
pub(crate) trait Layer: Sized {
    /// What all of them have in common.
    type Output: Form;

    /// The constants of a unit that is not there. The first is a bias.
    const NONE: &'static [i32];

    /// How often that has the sum in it.
    const SUMS: i32;

    fn output(range: Requantization) -> Self::Output;

    /// Weights, unit by unit.
    fn weights(&self) -> &[i8];

    /// The biases of units.
    fn bias(&self) -> &[i32];

    /// The same layer with its units in another order.
    fn in_order(&self, order: &[usize]) -> Self;

    /// The constants of each unit with `filter` weights, if loops give the right outputs with them.
    fn constants(&self, filter: usize, range: Requantization) -> Option<Vec<Vec<i32>>>;
}

impl Layer for Simplified {
    type Output = Requantization;

    const NONE: &'static [i32] = &[0, 0, 1, 1];
    const SUMS: i32 = 2;

    fn output(range: Requantization) -> Requantization {
        range
    }

    fn weights(&self) -> &[i8] {
        &self.weights
    }

    fn bias(&self) -> &[i32] {
        &self.bias
    }

    fn in_order(&self, order: &[usize]) -> Self {
        Self::in_order(self, order)
    }

    fn constants(&self, filter: usize, range: Requantization) -> Option<Vec<Vec<i32>>> {
        let Self { weights, bias, multipliers } = self;
        let units = weights.chunks_exact(filter.max(1)).zip(bias).zip(multipliers);
        let constants = units.map(|((weights, &bias), multiplier)| {
            greatest_sum(weights, bias)?;
            let [multiplier, exponent, offset] = scale(multiplier, range.zero_point)?;
            Some(vec![2 * bias, multiplier, exponent, offset])
        });
        constants.collect()
    }
}

impl Layer for once::Units {
    type Output = Once;

    const NONE: &'static [i32] = &[0; ONCE_CONSTANTS];
    const SUMS: i32 = 1;

    fn output(Requantization { least, greatest, .. }: Requantization) -> Once {
        Once { least, greatest }
    }

    fn weights(&self) -> &[i8] {
        &self.weights
    }

    fn bias(&self) -> &[i32] {
        &self.bias
    }

    fn in_order(&self, order: &[usize]) -> Self {
        Self::in_order(self, order)
    }

    fn constants(&self, _: usize, _: Requantization) -> Option<Vec<Vec<i32>>> {
        let units = self.bias.iter().zip(&self.multipliers);
        Some(units.map(|(&bias, &multiplier)| vec![bias, multiplier]).collect())
    }
}

/// Multiplier, exponent, and what is added before the shift, a half and the zero point, if the loops can have them.
fn scale(multiplier: &Multiplier, zero_point: i32) -> Option<[i32; UNIT_CONSTANTS - 1]> {
    let (multiplier, exponent) = match *multiplier {
        Multiplier { multiplier: 0, .. } => (0, 1),
        Multiplier { multiplier, shift } if (-MAX_EXPONENT..0).contains(&shift) => {
            (multiplier, shift.saturating_neg())
        }
        _ => return None,
    };
    Some([multiplier, exponent, (1 << (exponent - 1)) + (zero_point << exponent)])
}
