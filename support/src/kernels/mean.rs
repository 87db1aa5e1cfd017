//! The mean along some dimensions.

use crate::inner::{product, product_u16, requantize};
use core::hint::black_box;

/// One level of a loop over elements.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many steps there are.
    pub count: usize,
    /// Elements from one step to the next.
    pub stride: usize,
}

/// Loops of a mean.
#[derive(Clone, Copy, Debug)]
pub struct Reduction {
    /// Loops over outputs, outermost first, around `inner`.
    pub kept: [Run; 4],
    /// Outputs whose inputs lie side by side.
    pub inner: usize,
    /// Loops over what one output is the mean of, outermost first.
    pub reduced: [Run; 4],
}

/// Loops and scales of a mean.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    /// What is summed up.
    pub loops: Reduction,
    /// What sums start from: minus the zero point of the input for each element.
    pub start: i32,
    /// The factor from the sum to the steps of the output, which holds the division.
    pub multiplier: i32,
    /// The factor's exponent.
    pub shift: i32,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// Loops of a mean whose outputs are those of a product of 32 bits, and its constants.
#[derive(Clone, Copy, Debug)]
pub struct ShortMean {
    /// What is summed up.
    pub loops: Reduction,
    /// The factor from the sum to the steps of the output, as an integer of `2^-shift`.
    pub multiplier: i32,
    /// What is added to the product: both zero points, and what rounds.
    pub offset: i32,
    /// Bits of fraction.
    pub shift: u32,
}

/// Loops of a mean of few elements by one product of 16 bits, and its constants. Elements and outputs count from -128 on.
#[derive(Clone, Copy, Debug)]
pub struct FewMean {
    /// What is summed up.
    pub loops: Reduction,
    /// The factor from the sum to the steps of the output, as an integer of `2^-16`.
    pub multiplier: u16,
    /// What is added to the product, which stays within 32 bits: both zero points, and half a step.
    pub offset: u32,
}

impl FewMean {
    /// The output for a sum.
    #[inline(always)]
    pub fn value(&self, sum: u16) -> u8 {
        // Byte by byte, for LLVM does not see on every backend which bytes of a limit count.
        let [.., value, beyond] = product_u16(sum, self.multiplier).wrapping_add(self.offset).to_le_bytes();
        if beyond == 0 { value } else { u8::MAX }
    }
}

impl ShortMean {
    /// The output for a sum that starts from zero.
    #[inline(always)]
    pub fn value(&self, sum: i32) -> i8 {
        let value = sum.wrapping_mul(self.multiplier).wrapping_add(self.offset).wrapping_shr(self.shift);
        value.clamp(i8::MIN.into(), i8::MAX.into()) as i8
    }
}

/// `output[kept] = zero point + requantize(start + Σ input[kept, reduced])`, saturated.
#[cfg_attr(not(debug_assertions), inline)]
pub fn mean_s8(p: &Mean, input: &[i8], output: &mut [i8]) {
    let finish = |sum| p.value(sum).clamp(i8::MIN.into(), i8::MAX.into()) as i8;
    mean(&p.loops, p.start, input, output, add, finish);
}

/// The same where the compiler has tried all sums that there can be.
#[cfg_attr(not(debug_assertions), inline)]
pub fn mean_short_s8(p: &ShortMean, input: &[i8], output: &mut [i8]) {
    mean(&p.loops, 0, input, output, add, |sum| p.value(sum));
}

/// `output[kept] = (offset + multiplier · Σ (128 + input[kept, reduced])) / 2^16 - 128`, saturated: for models that need not
/// have the bits of the reference.
#[cfg_attr(not(debug_assertions), inline)]
pub fn mean_few_s8(p: &FewMean, input: &[i8], output: &mut [i8]) {
    let add = |sum: u16, x: i8| sum.wrapping_add((x ^ i8::MIN).cast_unsigned().into());
    mean(&p.loops, 0, input, output, add, |sum| p.value(sum).cast_signed() ^ i8::MIN);
}

/// `output[kept] = zero point + requantize(start + Σ input[kept, reduced])`, saturated.
#[cfg_attr(not(debug_assertions), inline)]
pub fn mean_s16(p: &Mean, input: &[i16], output: &mut [i16]) {
    let finish = |sum| p.value(sum).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    mean(&p.loops, p.start, input, output, add, finish);
}

#[inline(always)]
fn add<T: Into<i32>>(sum: i32, x: T) -> i32 {
    sum.wrapping_add(x.into())
}

impl Mean {
    /// The output for a sum, not yet saturated.
    #[inline(always)]
    pub fn value(&self, sum: i32) -> i32 {
        requantize(sum, self.multiplier, self.shift).wrapping_add(self.zero_point)
    }
}

#[inline(always)]
fn mean<T: Copy, S: Copy>(
    p: &Reduction,
    first: S,
    input: &[T],
    output: &mut [T],
    add: impl Fn(S, T) -> S + Copy,
    finish: impl Fn(S) -> T + Copy,
) {
    let mut rest = output;
    each(p.kept, 0, |kept, at| {
        for at in kept.steps(at) {
            let Some((row, following)) = core::mem::take(&mut rest).split_at_mut_checked(p.inner) else {
                return;
            };
            rest = following;
            let (fours, ones) = row.as_chunks_mut();
            let mut at = at;
            // Not written out one by one: so it does not know how many there are.
            for outputs in black_box(fours) {
                *outputs = four_sums(p, first, input, at, add).map(finish);
                at = at.wrapping_add(4);
            }
            for output in ones {
                *output = finish(sum(p, first, input, at, add));
                at = at.wrapping_add(1);
            }
        }
    });
}

/// The sums for four outputs whose inputs lie side by side, the first of them at `start`.
#[inline(always)]
fn four_sums<T: Copy, S: Copy>(
    p: &Reduction,
    first: S,
    input: &[T],
    start: usize,
    add: impl Fn(S, T) -> S,
) -> [S; 4] {
    let [mut w, mut x, mut y, mut z] = [first; 4];
    each(p.reduced, start, |innermost, at| {
        let mut rest = input.get(at..).unwrap_or(&[]);
        for _ in 0..innermost.count {
            let Some(&[a, b, c, d]) = rest.first_chunk() else { return };
            w = add(w, a);
            x = add(x, b);
            y = add(y, c);
            z = add(z, d);
            rest = rest.get(innermost.stride..).unwrap_or(&[]);
        }
    });
    [w, x, y, z]
}

/// The sum for one output.
#[inline(always)]
fn sum<T: Copy, S: Copy>(p: &Reduction, first: S, input: &[T], start: usize, add: impl Fn(S, T) -> S) -> S {
    let mut sum = first;
    each(p.reduced, start, |innermost, at| {
        let mut rest = input.get(at..).unwrap_or(&[]);
        for _ in 0..innermost.count {
            let Some(&x) = rest.first() else { return };
            sum = add(sum, x);
            rest = rest.get(innermost.stride..).unwrap_or(&[]);
        }
    });
    sum
}

/// Calls `body` with the innermost of four loops, for each place where it starts.
#[inline(always)]
pub(super) fn each([a, b, c, innermost]: [Run; 4], start: usize, mut body: impl FnMut(Run, usize)) {
    for at in a.steps(start) {
        for at in b.steps(at) {
            for at in c.steps(at) {
                body(innermost, at);
            }
        }
    }
}

impl Run {
    /// Where the steps begin.
    #[inline(always)]
    pub(super) fn steps(self, start: usize) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |step| start.wrapping_add(product(step, self.stride)))
    }
}
