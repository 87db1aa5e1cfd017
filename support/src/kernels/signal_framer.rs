//! Overlapping frames of a stream.

use super::history::{append, join, take};
use super::rows::{rows, rows_mut};

/// Shape.
#[derive(Clone, Copy, Debug)]
pub struct SignalFramer {
    /// Samples of a frame.
    pub frame: usize,
    /// Samples from the start of a frame to that of the next.
    pub step: usize,
    /// Frames that one call gives, of each channel.
    pub frames: usize,
    /// Samples that are kept, of each channel.
    pub history: usize,
    /// Steps before which there is no whole frame.
    pub steps: u16,
}

/// The first samples of `history ++ step` for every step, and whether there were so many: until then frames
/// are zeros, where the reference leaves what it finds.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_framer_s16(
    p: &SignalFramer,
    input: &[i16],
    mut state: &mut [i16],
    seen: &mut [u16],
    output: &mut [i16],
    valid: &mut [u8],
) {
    let Some(seen) = seen.first_mut() else { return };
    let (before, mut whole) = (*seen, true);
    let (mut steps, mut frames) = (rows(input, p.step), rows_mut(output, p.frame));
    loop {
        let history = take(&mut state, p.history);
        let mut count = before;
        // Not by `zip`, which would take a step too many.
        for _ in 0..p.frames {
            let (Some(new), Some(frame)) = (steps.next(), frames.next()) else {
                return valid.fill(whole.into());
            };
            count = count.saturating_add(1).min(p.steps);
            match count == p.steps {
                true => join(history, new, frame),
                false => {
                    frame.fill(0);
                    whole = false;
                }
            }
            append(history, new);
        }
        *seen = count;
    }
}
