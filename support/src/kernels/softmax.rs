//! Each row becomes shares of one: `exp(beta · x) / Σ exp(beta · x)`.
//!
//! All of them work in place: an element is last read immediately before it is written.

use super::fixed_point::{multiply, one_over_one_plus};
use crate::inner::flash::Flash;
use crate::inner::{requantize, rounding_shift};
use crate::kernels::rows::{rows, rows_mut};
use core::cell::Cell;

/// Shape of a softmax over `int8`.
#[derive(Clone, Copy, Debug)]
pub struct Softmax {
    /// Elements of one row.
    pub classes: usize,
    /// Integer bits of the sum of a row, which is unsigned with 31 - `integer_bits` bits of fraction.
    pub integer_bits: i32,
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
/// Q0; beyond the end of the table it is too small to matter.
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_s8(p: &Softmax, exponentials: Flash<'_, i32>, input: &[Cell<i8>], output: &[Cell<i8>]) {
    let rows = rows(input, p.classes).zip(rows(output, p.classes));
    for (input, output) in rows {
        let shares = Shares::new(p, exponentials, input.iter().map(Cell::get));
        for (x, y) in input.iter().zip(output) {
            let value = shares.of(x.get(), 8).wrapping_add(i8::MIN.into());
            y.set(value.clamp(i8::MIN.into(), i8::MAX.into()) as i8);
        }
    }
}

/// `output[row, class] = 65536 · exp(x[class] - max x) / Σ exp(x - max x) - 32768`, with the table of
/// [`softmax_s8`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn softmax_s8_s16(p: &Softmax, exponentials: Flash<'_, i32>, input: &[i8], output: &mut [i16]) {
    let rows = rows(input, p.classes).zip(rows_mut(output, p.classes));
    for (input, output) in rows {
        let shares = Shares::new(p, exponentials, input.iter().copied());
        for (&x, y) in input.iter().zip(output) {
            let value = shares.of(x, 16).wrapping_add(i16::MIN.into());
            *y = value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
    }
}

/// What the elements of one row need to know of each other.
struct Shares<'a> {
    exponentials: Flash<'a, i32>,
    greatest: i8,
    /// The reciprocal of the sum in Q0, for a sum scaled to between 1 and 2.
    reciprocal: i32,
    /// The exponent of that scaling.
    exponent: i32,
}

impl<'a> Shares<'a> {
    #[inline(always)]
    fn new(p: &Softmax, exponentials: Flash<'a, i32>, row: impl Iterator<Item = i8> + Clone) -> Self {
        let greatest = row.clone().max().unwrap_or(i8::MIN);
        let mut shares = Self { exponentials, greatest, reciprocal: 0, exponent: 0 };
        let addends = row.filter_map(|x| shares.exponential(x));
        let addends = addends.map(|e| rounding_shift(e, p.integer_bits).cast_unsigned());
        let sum = addends.fold(0, u32::wrapping_add);
        let zeros = sum.leading_zeros();
        let above_one = sum.wrapping_shl(zeros).wrapping_sub(1 << 31).cast_signed();
        shares.reciprocal = one_over_one_plus(above_one);
        shares.exponent = p.integer_bits.wrapping_sub(zeros.cast_signed());
        shares
    }

    /// The exponential of an element, relative to that of the greatest.
    #[inline(always)]
    fn exponential(&self, x: i8) -> Option<i32> {
        self.exponentials.get(self.greatest.wrapping_sub(x).cast_unsigned().into())
    }

    /// The share of an element in steps of `2^-bits`.
    #[inline(always)]
    fn of(&self, x: i8, bits: i32) -> i32 {
        let exponent = self.exponent.wrapping_add(31).wrapping_sub(bits);
        match self.exponential(x) {
            Some(e) if exponent <= 31 => rounding_shift(multiply(self.reciprocal, e), exponent),
            // Less than half a step: among very many classes, none has a share worth mentioning.
            _ => 0,
        }
    }
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
        let shares = Shares::new(p, Flash::from_slice(&one_and_half), differences.iter().copied());
        [shares.of(0, 16), shares.of(-1, 16)]
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
            &input,
            &input,
        );
        assert!(input.iter().all(|y| y.get() == -128));
    }
}
