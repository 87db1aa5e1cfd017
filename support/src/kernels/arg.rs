//! Where along an axis the greatest or least value is.

use super::rows::{rows, rows_mut};
use crate::inner::product;

/// Shape of a search along an axis.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Elements along the axis.
    pub along: usize,
    /// Elements from one to the next along the axis.
    pub inner: usize,
}

/// `output[outer, inner] = the first i with the greatest input[outer, i, inner]`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn arg_max_s8(p: &Arg, input: &[i8], output: &mut [i32]) {
    arg(p, input, output, |x, best| x > best);
}

/// `output[outer, inner] = the first i with the least input[outer, i, inner]`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn arg_min_s8(p: &Arg, input: &[i8], output: &mut [i32]) {
    arg(p, input, output, |x, best| x < best);
}

#[inline(always)]
fn arg(p: &Arg, input: &[i8], output: &mut [i32], better: impl Fn(i8, i8) -> bool) {
    let blocks = rows(input, product(p.along, p.inner)).zip(rows_mut(output, p.inner));
    for (block, output) in blocks {
        for (start, y) in output.iter_mut().enumerate() {
            let mut rest = block.get(start..).unwrap_or(&[]);
            let mut best = rest.first().copied().unwrap_or(0);
            *y = 0;
            let mut at = 0i32;
            while let Some(&x) = rest.first() {
                if better(x, best) {
                    (best, *y) = (x, at);
                }
                at = at.wrapping_add(1);
                rest = rest.get(p.inner..).unwrap_or(&[]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_is_found() {
        let (mut greatest, mut least) = ([9; 3], [9; 3]);
        let p = Arg { along: 4, inner: 1 };
        let input = [1, 3, 3, -2, -128, -128, -128, -128, 5, -7, 127, -7];
        arg_max_s8(&p, &input, &mut greatest);
        arg_min_s8(&p, &input, &mut least);
        assert_eq!((greatest, least), ([1, 0, 2], [3, 0, 1]));
    }
}
