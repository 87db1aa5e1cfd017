//! Sums of neighbouring channels.

#[cfg(any(not(tiny_model_loops = "v7m"), test))]
use crate::inner::flash::Flash;
use crate::inner::portable::{FOUR, Tap};

/// The taps that are summed up, for loops over addresses.
#[repr(C)]
pub(super) struct Walk {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// From one tap of the weights to the next, and of the image.
    pub(super) column: [usize; 2],
    /// From behind a row of taps of the weights to the next row, and of the image.
    pub(super) row: [usize; 2],
}

impl Walk {
    /// The walk of `fours` fours of channels, if everything that it meets is there.
    #[inline(always)]
    pub(super) fn new(
        fours: usize,
        [rows, columns]: [usize; 2],
        steps: [Tap; 2],
        there: [usize; 2],
    ) -> Option<Self> {
        let (last_row, last_column) = (rows.checked_sub(1)?, columns.checked_sub(1)?);
        for (step, there) in steps.into_iter().zip(there) {
            let last = last_row.wrapping_mul(step.row).wrapping_add(last_column.wrapping_mul(step.column));
            if fours == 0 || last.wrapping_add(fours.wrapping_mul(FOUR)) > there {
                return None;
            }
        }
        let row = steps.map(|step| step.row.wrapping_sub(columns.wrapping_mul(step.column)));
        Some(Self { rows, columns, column: steps.map(|step| step.column), row })
    }
}

/// As [`crate::inner::portable::sums_of_taps`], if everything is there; else sums are zero.
#[cfg(any(not(tiny_model_loops = "v7m"), test))]
#[inline(never)] // one copy serves a program
pub fn sums_of_taps(
    sums: &mut [[i32; FOUR]],
    taps: [usize; 2],
    steps: [Tap; 2],
    weights: Flash<'_, i8>,
    image: &[i8],
) {
    let Some(walk) = Walk::new(sums.len(), taps, steps, [weights.len(), image.len()]) else {
        return sums.fill([0; FOUR]);
    };
    let (mut weights, mut image) = (weights.start(), image.as_ptr());
    for sums in sums {
        // SAFETY: `Walk` found everything that all fours of channels meet.
        #[allow(unsafe_code)]
        unsafe {
            *sums = each_tap(&walk, weights, image);
        }
        weights = weights.wrapping_add(FOUR);
        image = image.wrapping_add(FOUR);
    }
}

/// # Safety
///
/// There are four bytes at each tap of the weights and of the image, and one tap at least.
#[cfg(any(not(tiny_model_loops = "v7m"), test))]
#[allow(unsafe_code)] // checking every tap takes longer than multiplying
#[inline(always)]
unsafe fn each_tap(walk: &Walk, mut weights: *const i8, mut image: *const i8) -> [i32; FOUR] {
    let [mut a, mut b, mut c, mut d] = [0i32; FOUR];
    let mut rows = walk.rows;
    while rows > 0 {
        let mut columns = walk.columns;
        while columns > 0 {
            // SAFETY: the caller's promise.
            let (w, x) = unsafe { (*weights.cast::<[i8; FOUR]>(), *image.cast::<[i8; FOUR]>()) };
            a = a.wrapping_add(i32::from(w[0]) * i32::from(x[0]));
            b = b.wrapping_add(i32::from(w[1]) * i32::from(x[1]));
            c = c.wrapping_add(i32::from(w[2]) * i32::from(x[2]));
            d = d.wrapping_add(i32::from(w[3]) * i32::from(x[3]));
            weights = weights.wrapping_add(walk.column[0]);
            image = image.wrapping_add(walk.column[1]);
            columns = columns.wrapping_sub(1);
        }
        weights = weights.wrapping_add(walk.row[0]);
        image = image.wrapping_add(walk.row[1]);
        rows = rows.wrapping_sub(1);
    }
    [a, b, c, d]
}
