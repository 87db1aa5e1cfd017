//! How sums of blocks become outputs.

use crate::inner::flash::Flash;
use crate::inner::{BLOCK_CONSTANTS, BLOCK_CONSTANTS_ONCE, BlockOutput, block_rows_2, block_rows_2_once};
use crate::kernels::requantization::{Limits, Once, Requantization};

/// What all units of blocks have in common, which tells what blocks hold beside weights.
pub(super) trait OfBlocks: Limits {
    /// How many words.
    const CONSTANTS: usize;

    /// Every unit of whole blocks, for two rows of inputs or one.
    fn rows_2(self, blocks: Flash<'_, i32>, x: &[[i32; 2]], first: &mut [i8], second: Option<&mut [i8]>);
}

impl OfBlocks for Requantization {
    const CONSTANTS: usize = BLOCK_CONSTANTS;

    #[inline(always)]
    fn rows_2(self, blocks: Flash<'_, i32>, x: &[[i32; 2]], first: &mut [i8], second: Option<&mut [i8]>) {
        block_rows_2(blocks, x, rounded(self), first, second);
    }
}

impl OfBlocks for Once {
    const CONSTANTS: usize = BLOCK_CONSTANTS_ONCE;

    #[inline(always)]
    fn rows_2(self, blocks: Flash<'_, i32>, x: &[[i32; 2]], first: &mut [i8], second: Option<&mut [i8]>) {
        block_rows_2_once(blocks, x, first, second);
    }
}

/// How sums become outputs that are not rounded once.
#[inline(always)]
pub(super) fn rounded(to: Requantization) -> BlockOutput {
    BlockOutput { zero_point: to.zero_point, ties: to.least < to.zero_point }
}
