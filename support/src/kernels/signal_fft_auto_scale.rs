//! Makes a frame as loud as its type allows, so that a Fourier transform loses few bits.

use core::cell::Cell;

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct SignalFftAutoScale;

/// `output[i] = input[i] · 2^scale`, modulo 2^16, with the greatest scale that the loudest sample allows.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_fft_auto_scale_s16(
    _: &SignalFftAutoScale,
    input: &[Cell<i16>],
    output: &[Cell<i16>],
    scale: &mut [i32],
) {
    let loudest = input.iter().map(Cell::get).fold(0, louder);
    let bits = if loudest > 0 { loudest.leading_zeros().wrapping_sub(1) } else { 0 };
    input.iter().zip(output).for_each(|(x, y)| y.set(x.get().wrapping_shl(bits)));
    scale.iter_mut().for_each(|scale| *scale = bits.cast_signed());
}

/// The greater magnitude, in 16 bits as the reference has it: that of the lowest number is itself, and
/// whatever follows it counts as louder.
fn louder(loudest: i16, x: i16) -> i16 {
    let negated = x.wrapping_neg();
    match x {
        _ if x > loudest => x,
        i16::MIN => negated,
        _ if negated > loudest => negated,
        _ => loudest,
    }
}
