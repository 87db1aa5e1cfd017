//! Sums of four units, spelled out: optimization for size unrolls no loop.

use crate::inner::flash::Flash;
use crate::inner::portable::FOUR;

/// As [`crate::inner::portable::sums_of_row`].
#[inline(never)] // one copy serves a program
pub fn sums_of_row(weights: Flash<'_, i8>, x: &[i8]) -> [i32; FOUR] {
    let mut sums = [0; FOUR];
    let (weights, _) = weights.as_slice().as_chunks::<FOUR>();
    let ((w, w_rest), (x, x_rest)) = (weights.as_chunks::<4>(), x.as_chunks::<4>());
    for (w, x) in w.iter().zip(x) {
        for (w, &x) in w.iter().zip(x) {
            sums = add(sums, w, x);
        }
    }
    for (w, &x) in w_rest.iter().zip(x_rest) {
        sums = add(sums, w, x);
    }
    sums
}

/// As [`crate::inner::portable::sums_of_two_rows`].
#[inline(never)] // one copy serves a program
pub fn sums_of_two_rows(weights: Flash<'_, i8>, [a, b]: [&[i8]; 2]) -> [[i32; FOUR]; 2] {
    let mut sums = [[0; FOUR]; 2];
    let (weights, _) = weights.as_slice().as_chunks::<FOUR>();
    let (w, w_rest) = weights.as_chunks::<4>();
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for ((w, a), b) in w.iter().zip(a).zip(b) {
        for ((w, &a), &b) in w.iter().zip(a).zip(b) {
            sums = [add(sums[0], w, a), add(sums[1], w, b)];
        }
    }
    for ((w, &a), &b) in w_rest.iter().zip(a_rest).zip(b_rest) {
        sums = [add(sums[0], w, a), add(sums[1], w, b)];
    }
    sums
}

#[inline(always)]
fn add([a, b, c, d]: [i32; FOUR], [w, x, y, z]: &[i8; FOUR], to: i8) -> [i32; FOUR] {
    let product = |sum: i32, w: i8| sum.wrapping_add(i32::from(w) * i32::from(to));
    [product(a, *w), product(b, *x), product(c, *y), product(d, *z)]
}
