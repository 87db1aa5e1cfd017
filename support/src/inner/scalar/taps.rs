//! Sums of four neighbouring channels.

use crate::inner::flash::Flash;
use crate::inner::portable::{FOUR, Tap};

/// As [`crate::inner::portable::sums_of_taps`], if everything is there, and else the sums as they were.
#[inline(always)]
pub fn sums_of_taps(
    sums: [i32; FOUR],
    [rows, columns]: [usize; 2],
    [w, x]: [Tap; 2],
    weights: Flash<'_, i8>,
    image: &[i8],
) -> [i32; FOUR] {
    let end = |tap: Tap| {
        let last = rows.wrapping_sub(1).wrapping_mul(tap.row);
        last.wrapping_add(columns.wrapping_sub(1).wrapping_mul(tap.column)).wrapping_add(FOUR)
    };
    if rows == 0 || columns == 0 || end(w) > weights.len() || end(x) > image.len() {
        return sums;
    }
    // SAFETY: there is a tap, and the last one of both is there: none lies behind it, since all are counted from the first.
    #[allow(unsafe_code)]
    unsafe {
        each_tap(sums, [rows, columns], [w, x], weights.start(), image.as_ptr())
    }
}

/// # Safety
///
/// There are as many rows and columns, at least one of both, and four bytes at each tap of both.
#[allow(unsafe_code)] // checking every tap takes longer than multiplying
#[inline(always)]
unsafe fn each_tap(
    [mut a, mut b, mut c, mut d]: [i32; FOUR],
    [mut rows, columns]: [usize; 2],
    steps: [Tap; 2],
    mut weights: *const i8,
    mut image: *const i8,
) -> [i32; FOUR] {
    let [w_row, x_row] = steps.map(|tap| tap.row.wrapping_sub(columns.wrapping_mul(tap.column)));
    while rows > 0 {
        let mut left = columns;
        while left > 0 {
            // SAFETY: the caller's promise.
            let (w, x) = unsafe { (*weights.cast::<[i8; FOUR]>(), *image.cast::<[i8; FOUR]>()) };
            a = a.wrapping_add(i32::from(w[0]) * i32::from(x[0]));
            b = b.wrapping_add(i32::from(w[1]) * i32::from(x[1]));
            c = c.wrapping_add(i32::from(w[2]) * i32::from(x[2]));
            d = d.wrapping_add(i32::from(w[3]) * i32::from(x[3]));
            weights = weights.wrapping_add(steps[0].column);
            image = image.wrapping_add(steps[1].column);
            left = left.wrapping_sub(1);
        }
        weights = weights.wrapping_add(w_row);
        image = image.wrapping_add(x_row);
        rows = rows.wrapping_sub(1);
    }
    [a, b, c, d]
}
