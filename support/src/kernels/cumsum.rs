//! Running sums along an axis.

use super::rows::{rows, rows_mut};
use super::shapes::Scaling;
use crate::inner::{product, requantize};

/// Shape and scales of running sums.
#[derive(Clone, Copy, Debug)]
pub struct Cumsum {
    /// Elements along the axis.
    pub along: usize,
    /// Elements from one to the next along the axis.
    pub inner: usize,
    /// Whether a sum lacks the element at its own place.
    pub exclusive: bool,
    /// Whether sums run from the last element to the first.
    pub reverse: bool,
    /// From the input's scale to the one of sums.
    pub input: Scaling,
    /// From there to the output's.
    pub output: Scaling,
}

impl Cumsum {
    /// An element on the scale of sums, with 20 bits of headroom.
    #[inline(always)]
    fn addend(&self, x: i32) -> i32 {
        let shifted = x.wrapping_sub(self.input.zero_point).wrapping_shl(20);
        requantize(shifted, self.input.multiplier, self.input.shift)
    }

    /// A sum as an element of the output.
    #[inline(always)]
    fn output(&self, sum: i32) -> i8 {
        let value = requantize(sum, self.output.multiplier, self.output.shift);
        value.wrapping_add(self.output.zero_point).clamp(i8::MIN.into(), i8::MAX.into()) as i8
    }
}

/// `output[outer, i, inner] = Σ input[outer, 0..=i, inner]` on real values, saturated.
///
/// As in the reference, a sum starts from the integer 0, which is not zero where the zero point is another.
#[cfg_attr(not(debug_assertions), inline)]
pub fn cumsum_s8(p: &Cumsum, input: &[i8], output: &mut [i8]) {
    let block = product(p.along, p.inner);
    for (input, output) in rows(input, block).zip(rows_mut(output, block)) {
        for start in 0..p.inner {
            let mut sum = p.addend(0);
            let mut at = match p.reverse {
                true => block.wrapping_sub(p.inner).wrapping_add(start),
                false => start,
            };
            for _ in 0..p.along {
                let (Some(&x), Some(y)) = (input.get(at), output.get_mut(at)) else { break };
                let next = sum.wrapping_add(p.addend(x.into()));
                *y = p.output(if p.exclusive { sum } else { next });
                sum = next;
                at = match p.reverse {
                    true => at.wrapping_sub(p.inner),
                    false => at.wrapping_add(p.inner),
                };
            }
        }
    }
}
