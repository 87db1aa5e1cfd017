//! Takes away from each channel what it estimates to be noise, from what it heard before.

use core::cell::Cell;

/// Factors, each a number of `1 / 2^bits`.
#[derive(Clone, Copy, Debug)]
pub struct SignalFilterBankSpectralSubtraction {
    /// Of the new signal in the estimate, for channels of even numbers.
    pub smoothing: u32,
    /// Of the old estimate, for channels of even numbers.
    pub one_minus_smoothing: u32,
    /// Of the new signal in the estimate, for channels of odd numbers.
    pub alternate_smoothing: u32,
    /// Of the old estimate, for channels of odd numbers.
    pub alternate_one_minus_smoothing: u32,
    /// Of the signal, what remains at least.
    pub min_signal_remaining: u32,
    /// More bits that estimates have than signals.
    pub smoothing_bits: u32,
    /// Fractional bits of factors.
    pub bits: u32,
    /// Whether an estimate falls with the signal at once.
    pub clamping: bool,
}

/// `noise = smoothing · input + (1 - smoothing) · noise`,
/// `output = max(input - noise, min_signal_remaining · input)` for each channel.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_filter_bank_spectral_subtraction_u32(
    p: &SignalFilterBankSpectralSubtraction,
    input: &[Cell<u32>],
    output: &[Cell<u32>],
    noise: &mut [u32],
) {
    let factors =
        [(p.smoothing, p.one_minus_smoothing), (p.alternate_smoothing, p.alternate_one_minus_smoothing)];
    let factors = factors.into_iter().cycle();
    let product = |a: u32, b: u32| u64::from(a).wrapping_mul(b.into());
    for ((noise, (new, old)), (x, y)) in noise.iter_mut().zip(factors).zip(input.iter().zip(output)) {
        let x = x.get();
        let signal = x.wrapping_shl(p.smoothing_bits);
        let sum = product(signal, new).wrapping_add(product(*noise, old));
        *noise = sum.wrapping_shr(p.bits) as u32;
        // What is left of the signal must not be negative.
        let estimate = (*noise).min(signal);
        if p.clamping {
            *noise = estimate;
        }
        let floor = product(x, p.min_signal_remaining).wrapping_shr(p.bits) as u32;
        y.set(signal.wrapping_sub(estimate).wrapping_shr(p.smoothing_bits).max(floor));
    }
}
