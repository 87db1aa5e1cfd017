//! How sums of four units become outputs.

use crate::inner::flash::Flash;
use crate::inner::{
    FOUR, FOUR_CONSTANTS, FOUR_ONCE_CONSTANTS, fours_of_row, fours_of_two_rows, fours_once_of_row,
    fours_once_of_two_rows, outputs_of_sums, outputs_of_sums_once,
};
use crate::kernels::requantization::{Limits, Once, Requantization};

/// What loops over fours of units differ in, by what their outputs have in common.
pub trait Form: Limits {
    /// Words of constants of four units.
    const CONSTANTS: usize;

    /// The outputs of one row of inputs.
    fn row(weights: Flash<'_, i8>, constants: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]);

    /// The outputs of two rows of one length.
    fn two_rows(
        weights: Flash<'_, i8>,
        constants: Flash<'_, i32>,
        x: [&[i8]; 2],
        outputs: [&mut [[i8; FOUR]]; 2],
    );

    /// The outputs of four sums.
    fn outputs(constants: Flash<'_, i32>, sums: [i32; FOUR]) -> [i8; FOUR];
}

impl Form for Requantization {
    const CONSTANTS: usize = FOUR_CONSTANTS;

    #[inline(always)]
    fn row(weights: Flash<'_, i8>, constants: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]) {
        fours_of_row(weights, constants, x, outputs);
    }

    #[inline(always)]
    fn two_rows(
        weights: Flash<'_, i8>,
        constants: Flash<'_, i32>,
        x: [&[i8]; 2],
        outputs: [&mut [[i8; FOUR]]; 2],
    ) {
        fours_of_two_rows(weights, constants, x, outputs);
    }

    #[inline(always)]
    fn outputs(constants: Flash<'_, i32>, sums: [i32; FOUR]) -> [i8; FOUR] {
        outputs_of_sums(constants, sums)
    }
}

impl Form for Once {
    const CONSTANTS: usize = FOUR_ONCE_CONSTANTS;

    #[inline(always)]
    fn row(weights: Flash<'_, i8>, constants: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]) {
        fours_once_of_row(weights, constants, x, outputs);
    }

    #[inline(always)]
    fn two_rows(
        weights: Flash<'_, i8>,
        constants: Flash<'_, i32>,
        x: [&[i8]; 2],
        outputs: [&mut [[i8; FOUR]]; 2],
    ) {
        fours_once_of_two_rows(weights, constants, x, outputs);
    }

    #[inline(always)]
    fn outputs(constants: Flash<'_, i32>, sums: [i32; FOUR]) -> [i8; FOUR] {
        outputs_of_sums_once(constants, sums)
    }
}
