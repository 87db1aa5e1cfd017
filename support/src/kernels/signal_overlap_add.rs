//! A stream out of overlapping frames.

use super::history::take;
use super::rows::{rows, rows_mut};

/// Shape.
#[derive(Clone, Copy, Debug)]
pub struct SignalOverlapAdd {
    /// Samples of a frame.
    pub frame: usize,
    /// Samples from the start of a frame to that of the next.
    pub step: usize,
    /// Frames in one call, of each channel.
    pub frames: usize,
}

/// The sums of all frames at each sample, saturated one after the other, as soon as no later frame adds to
/// them; the rest is kept.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_overlap_add_s16(
    p: &SignalOverlapAdd,
    input: &[i16],
    mut state: &mut [i16],
    output: &mut [i16],
) {
    let (mut frames, mut steps) = (rows(input, p.frame), rows_mut(output, p.step));
    loop {
        let kept = take(&mut state, p.frame.wrapping_sub(p.step));
        for _ in 0..p.frames {
            let (Some(frame), Some(step)) = (frames.next(), steps.next()) else { return };
            for (at, &x) in frame.iter().enumerate() {
                let sum = x.saturating_add(kept.get(at).copied().unwrap_or(0));
                let place = match step.get_mut(at) {
                    Some(place) => Some(place),
                    None => kept.get_mut(at.wrapping_sub(p.step)),
                };
                if let Some(place) = place {
                    *place = sum;
                }
            }
        }
    }
}
