//! Gives a stream as it was some samples before.

use super::rows::{rows, rows_mut};

/// Shape.
#[derive(Clone, Copy, Debug)]
pub struct SignalDelay {
    /// Samples of a channel in one call.
    pub frame: usize,
    /// By how many samples the stream is late.
    pub delay: usize,
}

/// Every sample takes the place of the one that came `delay` samples before, which is put out. `position` is
/// where the oldest one of every channel lies.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_delay_s16(
    p: &SignalDelay,
    input: &[i16],
    state: &mut [i16],
    position: &mut [u16],
    output: &mut [i16],
) {
    let Some(position) = position.first_mut() else { return };
    let (first, mut at) = (*position, *position);
    let channels = rows(input, p.frame).zip(rows_mut(output, p.frame));
    for ((input, output), ring) in channels.zip(rows_mut(state, p.delay)) {
        at = first;
        for (&x, y) in input.iter().zip(output) {
            if let Some(place) = ring.get_mut(usize::from(at)) {
                *y = core::mem::replace(place, x);
            }
            let next = at.wrapping_add(1);
            at = if usize::from(next) < p.delay { next } else { 0 };
        }
    }
    *position = at;
}
