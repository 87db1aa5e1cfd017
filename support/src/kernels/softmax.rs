//! Each row becomes shares of one: `exp(beta · x) / Σ exp(beta · x)`.
//!
//! All of them work in place: an element is last read immediately before it is written.

use super::fixed_point::one_over_one_plus;
use crate::inner::flash::Flash;
use crate::inner::{product_u16, reciprocal, requantize, unknown};
use crate::kernels::rows::{rows, rows_mut};
use core::cell::Cell;
use core::hint::black_box;

/// Shape of a softmax over `int8`.
#[derive(Clone, Copy, Debug)]
pub struct Softmax {
    /// Elements of one row.
    pub classes: usize,
    /// Integer bits of the sum of a row, which is unsigned with 31 - `integer_bits` bits of fraction.
    pub integer_bits: i32,
}

/// Shape of a softmax over `int8` whose exponentials are products of two.
#[derive(Clone, Copy, Debug)]
pub struct SoftmaxOfProducts {
    /// Elements of one row, at most 32767.
    pub classes: usize,
}

/// Shape and scale of a softmax over `int16`.
#[derive(Clone, Copy, Debug)]
pub struct Softmax16 {
    /// Elements of one row.
    pub classes: usize,
    /// Brings differences of inputs to the steps of the table, 65535 of which are 10.
    pub multiplier: i32,
    /// The exponent that belongs to `multiplier`.
    pub shift: i32,
}

/// `output[row, class] = 256 · exp(x[class] - max x) / Σ exp(x - max x) - 128`.
///
/// `exponentials[d]` is the exponential of an input that is `d` less than the greatest of its row, in
/// Q0. Behind the end of the table its share is nothing, and `addends`, which goes on there, has what it adds to the
/// sum of the row; beyond both it is too small to matter.
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_s8(
    p: &Softmax,
    exponentials: Flash<'_, i32>,
    addends: Flash<'_, u8>,
    input: &[Cell<i8>],
    output: &[Cell<i8>],
) {
    bytes(p, exponentials, addends, input, output, |share| (share ^ 0x80).cast_signed());
}

/// `output[row, class] = 256 · exp(x[class] - max x) / Σ exp(x - max x)`, with the tables of [`softmax_s8`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_s8_u8(
    p: &Softmax,
    exponentials: Flash<'_, i32>,
    addends: Flash<'_, u8>,
    input: &[Cell<i8>],
    output: &[Cell<u8>],
) {
    bytes(p, exponentials, addends, input, output, |share| share);
}

/// Both, by what an output is made of its share of 256.
#[inline(always)]
fn bytes<Y>(
    p: &Softmax,
    exponentials: Flash<'_, i32>,
    addends: Flash<'_, u8>,
    input: &[Cell<i8>],
    output: &[Cell<Y>],
    element: impl Fn(u8) -> Y,
) {
    for (input, output) in rows(input, p.classes).zip(rows(output, p.classes)) {
        // Loops over classes are not written out, neither one by one, nor several at a time.
        let classes = black_box(p.classes);
        let (Some(input), Some(output)) = (input.get(..classes), output.get(..classes)) else { return };
        let x = |cell| unknown::<Cell<i8>>(cell).get();
        let shares = Shares::new(p, (exponentials, addends), input.iter().map(x), 8);
        for (cell, y) in input.iter().zip(output) {
            y.set(element(byte(shares.of(x(cell)).cast_unsigned())));
        }
    }
}

/// A share of 256, of which 256 itself does not fit into a byte: it is less by one.
#[inline(always)]
fn byte(share: u32) -> u8 {
    let [share, all, ..] = share.to_le_bytes();
    share.wrapping_sub(all)
}

/// `output[row, class] = 65536 · exp(x[class] - max x) / Σ exp(x - max x) - 32768`, with a table like
/// the first of [`softmax_s8`], which goes on to where exponentials are too small to matter.
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_s8_s16(p: &Softmax, exponentials: Flash<'_, i32>, input: &[i8], output: &mut [i16]) {
    let rows = rows(input, p.classes).zip(rows_mut(output, p.classes));
    for (input, output) in rows {
        let shares = Shares::new(p, (exponentials, Flash::empty()), input.iter().copied(), 16);
        for (&x, y) in input.iter().zip(output) {
            let value = shares.of(x).wrapping_add(i16::MIN.into());
            *y = value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
    }
}

/// As [`softmax_s8`], for models that have no reference to be equal to: within a hundredth of a step of the real numbers,
/// with little memory and short products.
///
/// The exponential of an input that is `16 a + b` less than the greatest of its row is `sixteens[a] · ones[b]`, both in
/// Q16, without a sign. Each table has sixteen of them.
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_of_products_s8(
    p: &SoftmaxOfProducts,
    sixteens: Flash<'_, u16>,
    ones: Flash<'_, u16>,
    input: &[Cell<i8>],
    output: &[Cell<i8>],
) {
    of_products(p, [sixteens, ones], input, output, |share| (share ^ 0x80).cast_signed());
}

/// As [`softmax_s8_u8`], with the tables of [`softmax_of_products_s8`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_of_products_s8_u8(
    p: &SoftmaxOfProducts,
    sixteens: Flash<'_, u16>,
    ones: Flash<'_, u16>,
    input: &[Cell<i8>],
    output: &[Cell<u8>],
) {
    of_products(p, [sixteens, ones], input, output, |share| share);
}

/// Both, by what an output is made of its share of 256.
#[inline(always)]
fn of_products<Y>(
    p: &SoftmaxOfProducts,
    [sixteens, ones]: [Flash<'_, u16>; 2],
    input: &[Cell<i8>],
    output: &[Cell<Y>],
    element: impl Fn(u8) -> Y,
) {
    for (input, output) in rows(input, p.classes).zip(rows(output, p.classes)) {
        // Loops over classes are not written out, neither one by one, nor several at a time.
        let classes = black_box(p.classes);
        let (Some(input), Some(output)) = (input.get(..classes), output.get(..classes)) else { return };
        let x = |cell| unknown::<Cell<i8>>(cell).get();
        // As wide as registers are, or pairs of them.
        let greatest = input.iter().map(|cell| isize::from(x(cell))).fold(i8::MIN.into(), isize::max);
        let exponential = |x: i8| {
            let below = usize::from((greatest as i8).wrapping_sub(x).cast_unsigned());
            let [a, b] = [sixteens.get(below >> 4), ones.get(below & 15)].map(|factor| factor.unwrap_or(0));
            (product_u16(a, b) >> 16) as u16
        };
        // That of the greatest is nearly one, so that `2^31 / sum` has 16 bits.
        let sum = input.iter().fold(0u32, |sum, cell| sum.wrapping_add(exponential(x(cell)).into()));
        let reciprocal = reciprocal(sum);
        for (cell, y) in input.iter().zip(output) {
            let share = product_u16(exponential(x(cell)), reciprocal).wrapping_add(1 << 22) >> 23;
            y.set(element(byte(share)));
        }
    }
}

/// What the elements of one row need to know of each other.
struct Shares<'a> {
    exponentials: Flash<'a, i32>,
    greatest: i8,
    /// The reciprocal of the sum in Q0, for a sum scaled to between 1 and 2.
    reciprocal: i32,
    /// What brings products with it to shares.
    shift: i32,
}

impl<'a> Shares<'a> {
    /// Shares of a row in steps of `2^-bits`.
    #[inline(always)]
    fn new(
        p: &Softmax,
        (exponentials, addends): (Flash<'a, i32>, Flash<'_, u8>),
        row: impl Iterator<Item = i8> + Clone,
        bits: i32,
    ) -> Self {
        let greatest = row.clone().max().unwrap_or(i8::MIN);
        let mut shares = Self { exponentials, greatest, reciprocal: 0, shift: 0 };
        let addend = |x: i8| match shares.exponential(x) {
            Some(e) => rounded(e, p.integer_bits),
            None => {
                let behind = shares.below(x).wrapping_sub(exponentials.len());
                addends.get(behind).map_or(0, u32::from)
            }
        };
        let mut sum = row.map(addend).fold(0, u32::wrapping_add);
        // One bit at a time, for many processors do not count leading zeros.
        let mut exponent = p.integer_bits.wrapping_add(31).wrapping_sub(bits);
        while exponent > 0 && sum.cast_signed() >= 0 {
            sum = sum.wrapping_shl(1);
            exponent = exponent.wrapping_sub(1);
        }
        // Else less than half a step: among very many classes, none has a share worth mentioning.
        if exponent <= 31 {
            shares.reciprocal = one_over_one_plus(sum.wrapping_sub(1 << 31).cast_signed());
            shares.shift = exponent.wrapping_neg();
        }
        shares
    }

    /// The exponential of an element, relative to that of the greatest.
    #[inline(always)]
    fn exponential(&self, x: i8) -> Option<i32> {
        self.exponentials.get(self.below(x))
    }

    /// How much an element is less than the greatest.
    #[inline(always)]
    fn below(&self, x: i8) -> usize {
        self.greatest.wrapping_sub(x).cast_unsigned().into()
    }

    /// The share of an element.
    #[inline(always)]
    fn of(&self, x: i8) -> i32 {
        self.exponential(x).map_or(0, |e| requantize(e, self.reciprocal, self.shift))
    }
}

/// `x / 2^exponent`, half up, of what is not negative; `exponent` is from 1 to 31.
#[inline(always)]
fn rounded(x: i32, exponent: i32) -> u32 {
    let half = 1u32.wrapping_shl(exponent.wrapping_sub(1).cast_unsigned());
    x.cast_unsigned().wrapping_add(half).wrapping_shr(exponent.cast_unsigned())
}

/// `output[row, class] = 32768 · exp(x[class] - max x) / Σ exp(x - max x)`.
///
/// `exponentials` holds `exp` from -10 to 0, and `reciprocals` holds `1 / (1 + x)` from 0 to 1.
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_s16(
    p: &Softmax16,
    exponentials: Flash<'_, i16>,
    reciprocals: Flash<'_, i16>,
    input: &[Cell<i16>],
    output: &[Cell<i16>],
) {
    let rows = rows(input, p.classes).zip(rows(output, p.classes));
    for (input, output) in rows {
        let greatest = input.iter().map(Cell::get).max().unwrap_or(i16::MIN);
        let mut sum = 0i32;
        for (x, y) in input.iter().zip(output) {
            let difference = i32::from(x.get()).wrapping_sub(greatest.into());
            let scaled = requantize(difference, p.multiplier, p.shift).wrapping_add(i16::MAX.into());
            let exponential = interpolate(exponentials, scaled);
            y.set(exponential);
            sum = sum.saturating_add(exponential.into());
        }
        // The sum as a number from 1 to 2, of which the table takes what is above 1, 65536 steps to
        // one, around 0.
        let sum = sum.max(1).cast_unsigned();
        let zeros = sum.leading_zeros();
        let above_one = (sum.wrapping_shl(zeros.wrapping_sub(1)).wrapping_add(1 << 13) >> 14).cast_signed();
        let reciprocal = interpolate(reciprocals, above_one.wrapping_sub((1 << 16) + (1 << 15)));
        let exponent = 31u32.wrapping_sub(zeros);
        let half = 1i32.wrapping_shl(exponent.wrapping_sub(1));
        for y in output {
            let product = i32::from(y.get()).wrapping_mul(reciprocal.into());
            let share = product.wrapping_add(half).wrapping_shr(exponent);
            y.set(share.clamp(0, i16::MAX.into()) as i16);
        }
    }
}

/// The value of a function at `x`, saturated to 16 bits, between two of the 513 points of a table.
#[inline(always)]
fn interpolate(table: Flash<'_, i16>, x: i32) -> i16 {
    let x = x.clamp(i16::MIN.into(), i16::MAX.into());
    let index = ((x >> 7) + 256).cast_unsigned() as usize;
    let at = |index| table.get(index).unwrap_or(0);
    let (base, next) = (at(index), at(index.wrapping_add(1)));
    let slope = i32::from(next.wrapping_sub(base));
    let delta = slope.wrapping_mul(x & 0x7f).wrapping_add(64) >> 7;
    base.wrapping_add(delta as i16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(p: &Softmax, differences: &[i8]) -> [i32; 2] {
        let one_and_half = [i32::MAX, 1 << 30];
        let tables = (Flash::from_slice(&one_and_half), Flash::empty());
        let shares = Shares::new(p, tables, differences.iter().copied(), 16);
        [shares.of(0), shares.of(-1)]
    }

    #[test]
    fn shares_are_of_the_whole_row() {
        let p = Softmax { classes: 2, integer_bits: 12 };
        assert_eq!(shares(&p, &[0]), [65536, 32768]);
        assert_eq!(shares(&p, &[0, 0]), [32768, 16384]);
        assert_eq!(shares(&p, &[0, -1]), [43691, 21845]);
        assert_eq!(shares(&p, &[0, -2, -128]), [65536, 32768]);
    }

    #[test]
    fn many_classes_have_small_shares() {
        let p = Softmax { classes: 8191, integer_bits: 12 };
        assert_eq!(shares(&p, &[0; 8191]), [8, 4]);
        let p = Softmax { classes: 60000, integer_bits: 15 };
        assert_eq!(shares(&p, &[0; 60000]), [1, 1]);
        let input = [const { Cell::new(5i8) }; 1024];
        softmax_s8(
            &Softmax { classes: 1024, integer_bits: 12 },
            Flash::from_slice(&[i32::MAX]),
            Flash::empty(),
            &input,
            &input,
        );
        assert!(input.iter().all(|y| y.get() == -128));
    }
}
