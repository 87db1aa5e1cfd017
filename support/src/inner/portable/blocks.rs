//! Sums of products for four units at a time, with weights in the order in which they are read.
//!
//! Inputs are widened to 16 bits once for all units, two to a word; a *step* is one such word of a row. The
//! constants are blocks of four units, *a* to *d*. A block of `steps` steps is, in words:
//!
//! | words | |
//! |---|---|
//! | 2 | biases of *a* and *c* |
//! | 2 · steps | weights: of each step one word for *a* and *b*, one for *c* and *d* |
//! | 5 | multiplier of *a*, divisor of *a*, multiplier of *b*, divisor of *b*, twice the bias of *b* |
//! | 5 | the same of *c* and *d* |
//!
//! A half of a word of weights is `256 · b + a`. Multiplied as it is, it adds to a sum of which the lower part
//! is that of *a*; multiplied with its lower byte alone, it adds to the sum of *a*. The difference of both sums is
//! 256 times the sum of *b*: one widening serves two weights. So that it fits into 32 bits, the sum of *b*
//! without its bias has to fit into 24.
//!
//! A divisor of `2^(32 - e)` stands for a shift to the right by `e`, from 2 to 31, behind the multiplication. Where
//! ties do not matter there is one more: -2^31 with the multiplier's negative stands for a shift by 1. Sums fit
//! into 31 bits.
//!
//! # Rounded once
//!
//! Units whose outputs are each the upper half of one product, as [`once`] has it, need less behind the weights: three
//! words of *a* and *b*, which are the multiplier of *a*, the multiplier of *b* and the bias of *b*, and the same of
//! *c* and *d*.

use super::{once, requantize};
use crate::inner::flash::Flash;

/// Units of a block.
pub const BLOCK: usize = 4;

/// Words of a block beside its weights.
pub const BLOCK_CONSTANTS: usize = 12;

/// The same where units are rounded once.
pub const BLOCK_CONSTANTS_ONCE: usize = 8;

/// How sums become outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockOutput {
    /// Zero point of the output.
    pub zero_point: i32,
    /// Whether it matters how sums halfway between negative outputs are rounded. It does not where what is
    /// less than the zero point is cut off.
    pub ties: bool,
}

/// Runs of elements that are widened one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunsOfElements {
    /// How many.
    pub count: usize,
    /// Elements of a run.
    pub len: usize,
    /// From one run to the next.
    pub distance: usize,
}

impl RunsOfElements {
    /// Words that a run becomes.
    #[inline(always)]
    pub fn steps(&self) -> usize {
        self.len.wrapping_add(1) >> 1
    }

    /// Whether inputs of `inputs` elements hold them, and `words` words what they become.
    #[inline(always)]
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) fn fit(&self, inputs: usize, words: usize) -> bool {
        let last = self.count.wrapping_sub(1).wrapping_mul(self.distance);
        let are_there =
            last.wrapping_add(self.len) <= inputs && self.count.wrapping_mul(self.steps()) <= words;
        self.count > 0 && self.len > 0 && are_there
    }
}

/// Widens runs of two inputs side by side: four elements become the pairs of the first and the
/// third, and of the second and the fourth; of what is left of a run, two become a pair, and one a pair with anything.
#[inline]
pub fn widen_2(runs: RunsOfElements, [first, second]: [&[i8]; 2], to: &mut [[i32; 2]]) {
    for (run, to) in to.chunks_mut(runs.steps().max(1)).take(runs.count).enumerate() {
        for ((to, a), b) in to.iter_mut().zip(steps(runs, run, first)).zip(steps(runs, run, second)) {
            *to = [a, b];
        }
    }
}

/// Fills a row: `before` elements of padding, what is inside, and padding.
#[inline]
pub fn pad_row(row: &mut [i8], before: usize, inside: &[i8], padding: i8) {
    row.fill(padding);
    let there = row.get_mut(before..).unwrap_or(&mut []);
    there.iter_mut().zip(inside).for_each(|(to, &x)| *to = x);
}

fn steps(runs: RunsOfElements, run: usize, input: &[i8]) -> impl Iterator<Item = i32> {
    let start = run.wrapping_mul(runs.distance);
    let row = input.get(start..start.wrapping_add(runs.len)).unwrap_or(&[]);
    let (fours, rest) = row.as_chunks::<4>();
    let rest = rest.chunks(2).map(|rest| pair(rest.first(), rest.get(1)));
    fours.iter().flat_map(|[a, b, c, d]| [pair(Some(a), Some(c)), pair(Some(b), Some(d))]).chain(rest)
}

fn pair(low: Option<&i8>, high: Option<&i8>) -> i32 {
    let half = |x: Option<&i8>| i32::from(x.copied().unwrap_or(0));
    half(low) & 0xffff | half(high) << 16
}

/// Every unit of as many whole blocks as the outputs hold, for two rows of inputs; for one if there is one output, and
/// then both inputs of each pair are the same.
#[inline]
pub fn block_rows_2(
    blocks: Flash<'_, i32>,
    x: &[[i32; 2]],
    to: BlockOutput,
    first: &mut [i8],
    second: Option<&mut [i8]>,
) {
    two_rows(Full { blocks, to }, x, first, second);
}

/// The same where units are rounded once.
#[inline]
pub fn block_rows_2_once(
    blocks: Flash<'_, i32>,
    x: &[[i32; 2]],
    first: &mut [i8],
    second: Option<&mut [i8]>,
) {
    two_rows(Once { blocks }, x, first, second);
}

/// The same for one row of inputs that are widened on the way.
#[inline]
pub fn block_bytes(blocks: Flash<'_, i32>, row: &[i8], to: BlockOutput, output: &mut [i8]) {
    one_row(Full { blocks, to }, row, output);
}

/// The same where units are rounded once.
#[inline]
pub fn block_bytes_once(blocks: Flash<'_, i32>, row: &[i8], output: &mut [i8]) {
    one_row(Once { blocks }, row, output);
}

/// The same as [`block_bytes`] by a smaller loop, if there is one.
#[inline]
pub fn block_bytes_small(blocks: Flash<'_, i32>, row: &[i8], to: BlockOutput, output: &mut [i8]) {
    block_bytes(blocks, row, to, output);
}

/// The same where units are rounded once.
#[inline]
pub fn block_bytes_small_once(blocks: Flash<'_, i32>, row: &[i8], output: &mut [i8]) {
    block_bytes_once(blocks, row, output);
}

/// Blocks, and what their words behind the weights are.
trait Blocks<'a>: Copy {
    /// Words beside the weights.
    const CONSTANTS: usize;

    fn blocks(self) -> Flash<'a, i32>;

    /// The outputs of two units from their words behind the weights, the sum of the first, and that of the second, 256-fold
    /// and without its bias.
    fn outputs(self, words: Flash<'_, i32>, sum: i32, second: i32) -> [i8; 2];
}

#[derive(Clone, Copy)]
struct Full<'a> {
    blocks: Flash<'a, i32>,
    to: BlockOutput,
}

impl<'a> Blocks<'a> for Full<'a> {
    const CONSTANTS: usize = BLOCK_CONSTANTS;

    fn blocks(self) -> Flash<'a, i32> {
        self.blocks
    }

    fn outputs(self, words: Flash<'_, i32>, sum: i32, second: i32) -> [i8; 2] {
        let [m_a, d_a, m_b, d_b, twice] = words.array(0).unwrap_or([0; 5]);
        let second = (second >> 7).wrapping_add(twice) >> 1;
        [narrow(sum, m_a, d_a, self.to.zero_point), narrow(second, m_b, d_b, self.to.zero_point)]
    }
}

#[derive(Clone, Copy)]
struct Once<'a> {
    blocks: Flash<'a, i32>,
}

impl<'a> Blocks<'a> for Once<'a> {
    const CONSTANTS: usize = BLOCK_CONSTANTS_ONCE;

    fn blocks(self) -> Flash<'a, i32> {
        self.blocks
    }

    fn outputs(self, words: Flash<'_, i32>, sum: i32, second: i32) -> [i8; 2] {
        let [m_a, m_b, bias] = words.array(0).unwrap_or([0; 3]);
        [once(sum, m_a), once((second >> 8).wrapping_add(bias), m_b)]
    }
}

fn two_rows<'a>(blocks: impl Blocks<'a>, x: &[[i32; 2]], first: &mut [i8], second: Option<&mut [i8]>) {
    each_block(blocks, x.len(), first, |step| x.get(step).map(|pair| pair[0]));
    each_block(blocks, x.len(), second.unwrap_or(&mut []), |step| x.get(step).map(|pair| pair[1]));
}

fn one_row<'a>(blocks: impl Blocks<'a>, row: &[i8], output: &mut [i8]) {
    let runs = RunsOfElements { count: 1, len: row.len(), distance: 0 };
    each_block(blocks, runs.steps(), output, |step| steps(runs, 0, row).nth(step));
}

fn each_block<'a, B: Blocks<'a>>(
    blocks: B,
    steps: usize,
    output: &mut [i8],
    x: impl Fn(usize) -> Option<i32>,
) {
    let words = steps.wrapping_mul(2);
    let of_pair = B::CONSTANTS.wrapping_sub(2) >> 1;
    let each = blocks.blocks().chunks(words.wrapping_add(B::CONSTANTS));
    for (block, output) in each.zip(output.as_chunks_mut::<BLOCK>().0) {
        let weights = block.range(2, words);
        for (half, output) in output.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let bias = block.get(half).unwrap_or(0);
            let (mut both, mut sum) = (bias, bias);
            for step in 0..steps {
                let (w, x) = (weights.get(step.wrapping_mul(2).wrapping_add(half)), x(step));
                let (w, x) = (w.unwrap_or(0), x.unwrap_or(0));
                both = multiply_add(both, w, x);
                sum = multiply_add(sum, i32::from(w as i8) & 0xffff | i32::from((w >> 16) as i8) << 16, x);
            }
            let at = words.wrapping_add(2).wrapping_add(half.wrapping_mul(of_pair));
            *output = blocks.outputs(block.range(at, of_pair), sum, both.wrapping_sub(sum));
        }
    }
}

/// The sum of both halves multiplied, and of what there was.
pub(super) fn multiply_add(sum: i32, w: i32, x: i32) -> i32 {
    let half = |word: i32| i32::from(word as i16);
    let products = half(w).wrapping_mul(half(x)).wrapping_add((w >> 16).wrapping_mul(x >> 16));
    sum.wrapping_add(products)
}

/// The output of a sum, as the table above says.
pub(super) fn narrow(sum: i32, multiplier: i32, divisor: i32, zero_point: i32) -> i8 {
    let (multiplier, shift) = match divisor {
        i32::MIN => (multiplier.wrapping_neg(), -1),
        _ => (multiplier, divisor.trailing_zeros().cast_signed().wrapping_sub(32)),
    };
    let value = requantize(sum, multiplier, shift).wrapping_add(zero_point);
    value.clamp(i8::MIN.into(), i8::MAX.into()) as i8
}
