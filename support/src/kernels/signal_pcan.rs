//! Per-channel amplitude normalization: channels are divided by a power of their noise, as a table has it.

use crate::inner::flash::Flash;
use core::cell::Cell;

/// Scale.
#[derive(Clone, Copy, Debug)]
pub struct SignalPcan {
    /// Bits by which the product of signal and gain is shifted to the right.
    pub snr_shift: u32,
}

/// `output[i] = shrink((input[i] · gain(noise[i])) >> snr_shift)`.
///
/// The table begins with the gains of 0 to 2; for each further number of bits there are the
/// coefficients of a square polynomial, with one unused element in between.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_pcan_u32(
    p: &SignalPcan,
    gains: Flash<'_, i16>,
    input: &[Cell<u32>],
    noise: &[Cell<u32>],
    output: &[Cell<u32>],
) {
    for ((x, noise), y) in input.iter().zip(noise).zip(output) {
        let gain = i32::from(gain(gains, noise.get())).cast_unsigned();
        let product = u64::from(x.get()).wrapping_mul(gain.into());
        y.set(shrink(product.wrapping_shr(p.snr_shift) as u32));
    }
}

/// The gain at a noise of `x`.
fn gain(gains: Flash<'_, i16>, x: u32) -> i16 {
    let bits = u32::BITS.wrapping_sub(x.leading_zeros());
    if x <= 2 {
        return gains.get(x as usize).unwrap_or(0);
    }
    let start = bits.wrapping_mul(4).wrapping_sub(6) as usize;
    let [constant, linear, square] = gains.array(start).unwrap_or_default().map(i32::from);
    // The ten bits below the first one.
    let fraction = if bits < 11 { x << 11u32.wrapping_sub(bits) } else { x >> bits.wrapping_sub(11) };
    let fraction = (fraction & 0x3ff).cast_signed();
    let slope = (square.wrapping_mul(fraction) >> 5).wrapping_add(linear << 5);
    let rounded = slope.wrapping_mul(fraction).wrapping_add(1 << 14) >> 15;
    rounded.wrapping_add(constant) as i16
}

/// `x² / 4` below 2, and `x - 1` from there on, of 12 fractional bits, with 6 in the result.
fn shrink(x: u32) -> u32 {
    match x {
        0..0x2000 => x.wrapping_mul(x) >> 20,
        _ => (x >> 6).wrapping_sub(64),
    }
}
