//! Sums of four units.

use crate::inner::flash::Flash;
use crate::inner::portable::FOUR;

/// As [`crate::inner::portable::sums_of_row`].
#[inline(never)] // one copy serves a program
pub fn sums_of_row(weights: Flash<'_, i8>, x: &[i8]) -> [i32; FOUR] {
    let mut sums = [0; FOUR];
    for (w, &x) in weights.as_slice().as_chunks::<FOUR>().0.iter().zip(x) {
        sums = add(sums, w, x);
    }
    sums
}

/// As [`crate::inner::portable::sums_of_two_rows`].
#[inline(never)] // one copy serves a program
pub fn sums_of_two_rows(weights: Flash<'_, i8>, [a, b]: [&[i8]; 2]) -> [[i32; FOUR]; 2] {
    let mut sums = [[0; FOUR]; 2];
    for ((w, &a), &b) in weights.as_slice().as_chunks::<FOUR>().0.iter().zip(a).zip(b) {
        sums = [add(sums[0], w, a), add(sums[1], w, b)];
    }
    sums
}

/// Spelled out: optimization for size unrolls no loop.
#[inline(always)]
fn add([a, b, c, d]: [i32; FOUR], [w, x, y, z]: &[i8; FOUR], to: i8) -> [i32; FOUR] {
    let product = |sum: i32, w: i8| sum.wrapping_add(i32::from(w) * i32::from(to));
    [product(a, *w), product(b, *x), product(c, *y), product(d, *z)]
}
