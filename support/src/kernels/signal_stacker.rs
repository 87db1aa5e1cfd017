//! The features of a step together with those of its neighbours in time.

use super::history::{append, join};
use super::rows::rows_mut;
use crate::inner::product;

/// Shape.
#[derive(Clone, Copy, Debug)]
pub struct SignalStacker {
    /// Features of a step.
    pub channels: usize,
    /// Steps before the one that the output is about.
    pub left: usize,
    /// Steps in the output.
    pub total: usize,
    /// Steps from one output to the next.
    pub step: usize,
}

/// The last `total` steps, and whether there were so many since the last output: else it is zeros, where
/// the reference leaves what it finds. The first step counts as if it had come `left` times before.
///
/// `kept` is zero before the first step, and then the number of steps in the state and one more.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_stacker_s16(
    p: &SignalStacker,
    input: &[i16],
    state: &mut [i16],
    kept: &mut [u16],
    output: &mut [i16],
    valid: &mut [u8],
) {
    let Some(kept) = kept.first_mut() else { return };
    let (before, copies) = match usize::from(*kept) {
        0 => (0, p.left.wrapping_add(1)),
        steps => (steps.wrapping_sub(1), 1),
    };
    let steps = before.wrapping_add(copies);
    let old = product(before, p.channels);
    let whole = steps >= p.total;
    let after = if whole {
        join(state.get(..old).unwrap_or_default(), &[], output);
        let new = output.get_mut(old..).unwrap_or_default();
        rows_mut(new, p.channels).take(copies).for_each(|row| join(input, &[], row));
        append(state, output.get(product(p.step, p.channels)..).unwrap_or_default());
        p.total.wrapping_sub(p.step)
    } else {
        output.fill(0);
        (0..copies).for_each(|_| append(state, input));
        steps
    };
    *kept = after.wrapping_add(1) as u16;
    valid.fill(whole.into());
}
