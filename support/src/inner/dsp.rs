//! Inner loops for Cortex-M with the DSP extension, in assembly.
//!
//! The extension multiplies two halves of a word at once (`smlad`: two multiplications and additions) and widens
//! two bytes at once (`sxtb16`). Stable Rust has no intrinsics for either, and LLVM finds `smlad` in loops over
//! 16-bit numbers only. What is here are whole loops, in functions that are never inlined: a program has one copy.
//!
//! What a step of each takes, loads included, without what begins and ends a row or an output:
//!
//! | loop | a step | instructions | for each product |
//! |---|---|---|---|
//! | [`block_rows_2`] | four units and two rows, of two elements | 12 | 0.75 |
//! | [`block_bytes`] | four units and one row, of four elements | 16 | 1.0 |
//! | [`Loop3x3`] | a column and an output of one channel, nine products | 23 | 2.6 |
//! | the same, rounded once | | 18 | 2.0 |
//! | [`depthwise_pixel`] | a tap of four channels | 14 | 3.5 |
//! | [`dot_s8`] | four elements of one unit | 8 | 2.0 |
//!
//! # Blocks of four units
//!
//! [`block_rows_2`] sums up four units for two rows of inputs: eight sums (`r4` to `r11`), the inputs of one step
//! (`r2`, `r3`), the weights of one step (`r12`, `lr`), and where both come from (`r0`, `r1`): all fourteen
//! registers. A step is twelve instructions for sixteen products, 0.75 for each:
//!
//! | | |
//! |---|---|
//! | `ldrd` | two inputs of two rows, which are interleaved for that |
//! | `ldrd` | two weights of four units |
//! | 2 `sxtb16` | one for two units, as `portable::blocks` tells |
//! | 8 `smlad` | |
//!
//! Eight steps are unrolled, and entered at the one that leaves none over: a round costs three instructions more. As
//! no register is left for its end, that is in memory. Around the steps a block takes 9 instructions to start and 57
//! for its eight outputs, 4 of them to go on to the next block; [`block_rows_2_once`] takes 39 for them.
//!
//! One pixel alone is taken for two. [`block_bytes`] sums up four units for one row that no other follows, as in a fully
//! connected layer, and widens on the way: four inputs are an `ldr` and two `sxtb16`, with an `ldm` for sixteen weights,
//! four `sxtb16` and eight `smlad`: 1.0 for each product, and no memory.
//!
//! Its sums are in `r4` to `r7`, the inputs of four elements in `r8` and `r9`, weights in `r10` to `lr`; four such steps are
//! unrolled, and entered as above. What is left of a row after whole words is up to two steps of two elements.
//!
//! What was tried or counted, and did not help:
//!
//! - Widening weights one by one, two `sxtb16` for four weights of one unit, takes 1.0 for each product.
//! - Inputs that are widened where they are used take 1.06 so; to widen them once costs about 1.1 for each input, which
//!   pays from four units on.
//! - Four rows and two units would be 0.69, with one register more than there is. Two rows and six units would be 0.71,
//!   with five more.
//! - A loop of its own for one row that was widened, 0.88 for each product: it serves the last pixel of odd rows
//!   alone, and took 700 bytes.
//! - To multiply once, by a factor that holds the shift, where the model has its multipliers: the reference rounds twice,
//!   and in 32 bits no factor and bias gave the same for all thresholds of a unit. In 64 bits there are some, but the loads of
//!   the third constant eat what is won. Multipliers that the compiler chooses are those for which there are such a factor and
//!   bias.
//!
//! # Windows
//!
//! What a window sees is widened into two interleaved rows by [`widen_2`], all its rows at once: 14 instructions for eight
//! inputs. Where a window reaches over the side of the image, its rows are brought together by [`pad_row`] first.
//!
//! # Windows of 3 × 3 by the algorithm of Winograd
//!
//! Where speed comes before program memory, [`winograd_units`] sums up four units for two tiles of 2 × 2 pixels, as
//! `portable::winograd` tells: eight sums (`r4` to `r11`), two inputs (`r2`, `r3`), two weights (`r12`, `lr`), and where both
//! come from (`r0`, `r1`). All of it has 16 bits, so that nothing is widened. A step is eleven instructions for sixteen
//! products: 0.69 for each, and 0.31 for each of those that the definition has.
//!
//! | | |
//! |---|---|
//! | `ldrd` | two inputs of two tiles, side by side |
//! | 2 `ldrd` | two weights of four units |
//! | 8 `smlad` | |
//!
//! Eight steps are unrolled, and entered at the one that leaves none over. A position takes ten instructions more: its eight sums are
//! pushed as they are, with what is needed to go on, and go on. For the outputs of one unit of both tiles sixteen `ldrd`
//! and 32 additions follow, then six or seven instructions for each output with its way to its place. [`winograd_input`]
//! takes 300 for four channels of both tiles: a column of four inputs is 24, and a row of six columns 18 for two channels.
//!
//! - To begin anew at each position takes eight instructions for it, and 24 additions for four outputs instead of 16.
//! - Differences of inputs do not have the zero point, and what the one sum keeps of it is in the bias, so that it is never
//!   taken off.
//! - Three units and three tiles would be 0.67, with one register more than there is.
//! - Counted, and not tried: to keep the two columns that two pairs of tiles have in common saves 44 of the 300.
//! - Tiles of 4 × 4 outputs have a quarter of the products, and weights that 16 bits do not hold.
//! - Vectors of Helium have half as many lanes of 16 bits as of 8, which is as much as is saved, before anything is
//!   transformed.
//!
//! # A smaller loop
//!
//! [`block_bytes_small`] is [`block_bytes`] where program memory comes first: not unrolled, so that four inputs take two
//! instructions more, and with one way out, where flags say whether ties matter.
//!
//! # Depthwise rows of 3 × 3
//!
//! [`Loop3x3`] goes along a row of the output channel by channel, so that the nine weights stay in five registers (`r4` to
//! `r8`). Each column of the image is loaded once, for the three windows that it is part of: two of its elements
//! become a pair (`pkhbt`), so that a tap of two rows is one `smlad`, and a tap of the third is one `smlabb` or `smlabt`. A
//! column is 5 instructions to load, 6 to multiply and 12 to make an output: 23, or 2.6 for each product with everything
//! but 35 to 40 instructions for each channel and row. Constants of the output are on the stack, for what registers
//! are left hold two unfinished sums (`r9`, `r10`), addresses and strides. Rounded once, 7 make an output: one `ldrd` loads the
//! multiplier and the end of the row.
//!
//! Rows of padding change the weights and the bias when a channel begins, and then a loop over two rows is enough; columns
//! of padding are the first or the last of a row, outside of the loop. With stride 2, two columns make an output. Where a
//! channel has several units, the row is done for the first units of all channels, then for the second ones, and each time
//! copied to where the outputs belong, by about six instructions for each.
//!
//! - Four channels side by side, with taps paired across bytes (`pkhbt` and `sxtb16`), takes 17 instructions for eight
//!   products, and needs a way of its own for borders, which are half of the pixels of small images.
//! - Unrolling saves two instructions for an output, and needs as many bytes again.
//!
//! Any other window goes through [`depthwise_pixel`]: four channels, tap by tap, 14 instructions for four products. The
//! zero point is taken off while inputs are widened (`sxtab16`), so that padding adds nothing and is left out.
//!
//! Its sums are in `r4` to `r7`, elements of the image in `r9` and `r2`, of the weights in `r3` and `r8`, the zero point in
//! `r10`, the distances of taps in `r11` and `lr`: nothing is left for a second pixel, which could share the weights. Two
//! loads, two additions that lead to the next tap and two instructions to count are six of fourteen; to unroll them would take
//! a copy for each number of columns. Where a channel has several units, the first units of all channels are such a layer, then
//! the second ones, and their outputs are copied to where they belong.
//!
//! # Max pools
//!
//! [`GreatestBytes::and`] takes the greater of each of four bytes: `ssub8` leaves in the flags which those are, and `sel` picks them.
//!
//! # Sums of one unit
//!
//! [`dot_s8`] is for what has no weights in blocks: groups, columns that are apart, recurrent layers. Four weights and four
//! inputs are two `ldr`, four `sxtb16` and two `smlad`, and twice that is a round; the sum is in `r0`, words in `r6` and
//! `r12`, what they become in `r4` and `r5`. The elements that are left over go one by one.
//!
//! # Rounding
//!
//! The doubled product's upper half, rounded, is `smmulr` of the doubled sum. A shift to the right that rounds is
//! a multiplication again, by a power of two: `smmlar`, which adds the zero point too. It rounds halves up, and
//! the reference away from zero; adding the sign, -1 or 0, before makes it so, and is left out where what
//! is negative is cut off. With `ssat` and `strb` that is five or six instructions for an output.
//!
//! # One copy
//!
//! Functions of assembly are never inlined, and what drives them gets its parameters through [`unknown`](super::unknown), because LLVM
//! makes copies of functions for constants that it sees in calls.
//!
//! They name the architecture Armv7E-M, which has all their instructions: the assembler goes by the target's name, and that of
//! Armv8-M does not tell whether there is a DSP extension.

mod blocks;
mod depthwise;
mod depthwise_outputs;
mod dot;
mod high;
mod lanes;
mod once;
mod row;
mod small;
mod taps;
mod widen;
mod winograd;

pub use blocks::block_rows_2;
pub use depthwise::Loop3x3;
pub use dot::dot_s8;
pub use high::{high, high_add};
pub use lanes::GreatestBytes;
pub use once::{block_bytes_once, block_bytes_small_once, block_rows_2_once};
pub use row::block_bytes;
pub use small::block_bytes_small;
pub use taps::{depthwise_pixel, depthwise_pixel_once};
pub use widen::{pad_row, widen_2};
pub use winograd::{winograd_input, winograd_units};
