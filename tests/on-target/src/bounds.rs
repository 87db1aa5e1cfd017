//! The least that the inner loops can take: a step of each, without what begins and ends a row, an output or a layer.
//!
//! A step is counted in the loop's code, loads included, as its documentation in `support/src/inner` tells. Where the
//! outputs of a layer are made in the loop itself, they are a part of it. No layer of the roofline may take less than its
//! bound; one that does says that a loop changed and this table did not. In other models two layers may be one function,
//! which LLVM makes of what is the same in both.

use tiny_model_compiler::Call;

use crate::board::Loops;

/// A kind of loop.
struct Bound {
    loops: &'static [Loops],
    kernels: &'static [&'static str],
    /// So long may the sums be.
    terms: usize,
    /// Instructions, cycles on AVR, of a step.
    step: u64,
    /// Of so many of these.
    of: u64,
    each: Each,
}

/// What a step is counted for.
#[derive(PartialEq)]
enum Each {
    Product,
    Output,
}

use Each::{Output, Product};
use Loops::{Avr, Dsp, Mve, Rv32m, V6m, V7m};

const ANY: usize = usize::MAX;

/// Rows that all units see, with constants as models have them.
const ROWS: &[&str] = &[
    "conv_2d_1x1_s8",
    "conv_2d_contiguous_s8",
    "depthwise_conv_2d_multiplier_s8",
    "fully_connected_s8",
    "fully_connected_ring_s8",
];

/// The same where outputs are rounded once.
const ROWS_ONCE: &[&str] = &["conv_2d_1x1_once_s8", "conv_2d_contiguous_once_s8", "fully_connected_once_s8"];

/// Rows of those, narrow ones, and all others that sum up rows by `dot_s8`.
const DOTS: &[&str] = &[
    "conv_2d_1x1_s8",
    "conv_2d_1x1_narrow_s8",
    "conv_2d_1x1_offset_s8",
    "conv_2d_contiguous_s8",
    "conv_2d_contiguous_narrow_s8",
    "conv_2d_s8",
    "conv_2d_narrow_s8",
    "conv_2d_offset_s8",
    "fully_connected_s8",
    "fully_connected_few_s8",
    "fully_connected_narrow_s8",
    "fully_connected_few_narrow_s8",
    "fully_connected_offset_s8",
    "fully_connected_ring_s8",
    "fully_connected_ring_narrow_s8",
    "svdf_s8",
    "transpose_conv_s8",
    "unidirectional_sequence_lstm_s8",
];

/// Kernels that sum up four units at a time.
const FOURS: &[&str] = &[
    "conv_2d_fours_s8",
    "conv_2d_fours_once_s8",
    "fully_connected_fours_s8",
    "fully_connected_fours_once_s8",
];

/// The same for one row.
const FOURS_OF_A_ROW: &[&str] = &["fully_connected_row_fours_s8", "fully_connected_row_fours_once_s8"];

/// Kernels that sum up four channels at a time.
const FOURS_OF_CHANNELS: &[&str] = &[
    "depthwise_conv_2d_fours_s8",
    "depthwise_conv_2d_fours_once_s8",
    "depthwise_conv_2d_multiplier_fours_s8",
    "depthwise_conv_2d_multiplier_fours_once_s8",
];

const fn bound(
    loops: &'static [Loops],
    kernels: &'static [&'static str],
    terms: usize,
    (step, of): (u64, u64),
    each: Each,
) -> Bound {
    Bound { loops, kernels, terms, step, of, each }
}

/// What fits first is what counts.
const BOUNDS: &[Bound] = &[
    // 2 ldrd, 2 sxtb16, 8 smlad: four units and two rows, of two elements each.
    bound(
        &[Dsp],
        &[
            "conv_2d_1x1_blocks_s8",
            "conv_2d_blocks_s8",
            "conv_2d_1x1_blocks_once_s8",
            "conv_2d_blocks_once_s8",
        ],
        ANY,
        (12, 16),
        Product,
    ),
    // ldr, ldm, 6 sxtb16, 8 smlad: four units and one row, of four elements.
    bound(&[Dsp], &["fully_connected_blocks_s8", "fully_connected_blocks_once_s8"], ANY, (16, 16), Product),
    bound(&[Dsp], &["fully_connected_small_s8", "fully_connected_small_once_s8"], ANY, (18, 16), Product),
    // A column of 5, 6 to multiply, 12 to make an output, where stride 1 is; it has nine products. Rows at a border
    // have six, and take less.
    bound(&[Dsp], &["depthwise_conv_2d_3x3_s8"], ANY, (23, 1), Output),
    // 7 to make one that is rounded once.
    bound(&[Dsp], &["depthwise_conv_2d_3x3_once_s8"], ANY, (18, 1), Output),
    // 2 ldr, 2 add, 2 sxtab16, 2 sxtb16, 4 smlabb or smlatt, subs and bne: a tap of four channels.
    bound(
        &[Dsp],
        &[
            "depthwise_conv_2d_taps_s8",
            "depthwise_conv_2d_multiplier_taps_s8",
            "depthwise_conv_2d_taps_once_s8",
            "depthwise_conv_2d_multiplier_taps_once_s8",
        ],
        ANY,
        (14, 4),
        Product,
    ),
    // 2 ldr, 4 sxtb16, 2 smlad: four elements.
    bound(&[Dsp], DOTS, ANY, (8, 4), Product),
    // Of rows that a vector holds the weights of four units stay in registers; with what makes four outputs.
    bound(&[Mve], ROWS, 16, (22, 4), Output),
    bound(&[Mve], ROWS_ONCE, 16, (16, 4), Output),
    // 5 vldrb, 4 vmladava, letp: four units, of sixteen elements each.
    bound(&[Mve], ROWS, ANY, (10, 64), Product),
    bound(&[Mve], ROWS_ONCE, ANY, (10, 64), Product),
    // 2 vldrb, 2 add, vmullb and vmullt, 4 vmovl, 4 vadd, le: a tap of sixteen channels.
    bound(
        &[Mve],
        &[
            "depthwise_conv_2d_s8",
            "depthwise_conv_2d_once_s8",
            "depthwise_conv_2d_multiplier_vectors_s8",
            "depthwise_conv_2d_multiplier_vectors_once_s8",
        ],
        ANY,
        (15, 16),
        Product,
    ),
    // 27 for four elements.
    bound(&[Mve], &["add_s8", "sub_s8"], ANY, (27, 4), Output),
    // 2 vldrb, vmladava, letp: sixteen elements.
    bound(&[Mve], DOTS, ANY, (4, 16), Product),
    // 6 ldrsb, 8 mla: four units and two rows, of one element each.
    bound(&[V7m], FOURS, ANY, (14, 8), Product),
    // 5 ldrsb, 4 mla: four units and one row.
    bound(&[V7m], FOURS_OF_A_ROW, ANY, (9, 4), Product),
    // 6 loads, 8 mul, 8 add.
    bound(&[Rv32m], FOURS, ANY, (22, 8), Product),
    // 5 loads, 4 mul, 4 add.
    bound(&[Rv32m], FOURS_OF_A_ROW, ANY, (13, 4), Product),
    // 5 ldrsb, 4 muls, 4 add, adds: four units and one row.
    bound(&[V6m], FOURS_OF_A_ROW, ANY, (14, 4), Product),
    bound(&[V6m], FOURS, ANY, (14, 4), Product),
    // ldm, 4 ldrsb, 8 and, 8 smlal: four units and one row, of four elements.
    bound(&[V7m], &["fully_connected_pairs_s8", "fully_connected_pairs_once_s8"], ANY, (21, 16), Product),
    // 8 ldrsb, 32 ldrb, 32 muls, 32 add, 3 adds: four units and one row, of eight elements.
    bound(&[V6m], &["fully_connected_bytes_s8"], ANY, (107, 32), Product),
    // 8 loads and 4 products of a tap of four channels, and the step to the next one.
    bound(&[V7m], FOURS_OF_CHANNELS, ANY, (14, 4), Product),
    bound(&[V6m, Rv32m], FOURS_OF_CHANNELS, ANY, (18, 4), Product),
    // Two loads and a product, which is a multiplication and an addition where there is no mla.
    bound(&[V7m], DOTS, ANY, (3, 1), Product),
    bound(&[V6m, Rv32m], DOTS, ANY, (4, 1), Product),
    // Four terms of lpm, ld, muls, add, adc and brvs, 10 cycles each, and dec and brne.
    bound(&[Avr], DOTS, ANY, (43, 4), Product),
];

/// The least that a call can take, if that is known.
pub(crate) fn bound_of(loops: Loops, call: &Call) -> Option<u64> {
    let outputs: usize = call.shape.iter().product();
    let terms = call.macs.checked_div(outputs)?;
    let kernel = call.kernel_on(loops.backend());
    let known = BOUNDS.iter().find(|bound| {
        bound.loops.contains(&loops) && bound.kernels.contains(&kernel) && terms <= bound.terms
    })?;
    let count = if known.each == Product { call.macs } else { outputs };
    Some(count as u64 * known.step / known.of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_loop_is_above_the_limit_of_its_core() {
        for bound in BOUNDS.iter().filter(|bound| bound.each == Product) {
            for loops in bound.loops {
                let (limit, _) = loops.limit();
                let per_mac = bound.step as f64 / bound.of as f64;
                assert!(per_mac >= limit, "{:?} on {loops:?}: {per_mac}, below {limit}", bound.kernels);
            }
        }
    }

    #[test]
    fn every_kernel_is_one() {
        let known: Vec<&str> = tiny_model_compiler::OPERATORS
            .iter()
            .flat_map(|operator| operator.kernels.iter())
            .filter_map(|kernel| kernel.split_once("::"))
            .map(|(_, kernel)| kernel)
            .collect();
        // Variants of those are not listed with their operators.
        let is_variant = |kernel: &str| {
            [
                "_blocks_",
                "_fours_",
                "_pairs_",
                "_bytes_",
                "_small_",
                "_narrow_",
                "_3x3_",
                "_taps_",
                "_vectors_",
                "_once_",
            ]
            .iter()
            .any(|part| kernel.contains(part))
        };
        for kernel in BOUNDS.iter().flat_map(|bound| bound.kernels) {
            assert!(is_variant(kernel) || known.contains(kernel), "there is no kernel {kernel}");
        }
    }
}
