//! The spectrum of real samples.

use super::rows::{rows, rows_mut};
use super::signal_fft::{self, Complex, Sample, divided, entry};
use crate::inner::flash::Flash;

pub use super::signal_fft::{SignalFft, Stage};

/// Shape.
#[derive(Clone, Copy, Debug)]
pub struct SignalRfft<S> {
    /// Samples of a frame; what it lacks to the length of the transform are zeros.
    pub frame: usize,
    /// The transform of half as many complex numbers.
    pub half: SignalFft<S>,
}

/// The spectrum of every frame, from frequency 0 to half the sampling rate, divided by the transform's length.
///
/// Samples are taken in pairs as complex numbers, in the order that the transform needs; from their spectrum
/// those of the even and the odd samples are taken apart and put together. `turns` are the factors for that,
/// from the one of frequency 1 on.
#[inline]
pub fn signal_rfft<T: Sample, const N: usize>(
    p: &SignalRfft<[Stage; N]>,
    twiddles: Flash<'_, T>,
    turns: Flash<'_, T>,
    order: Flash<'_, u16>,
    input: &[T],
    output: &mut [T],
) {
    let len = p.half.len;
    for (input, output) in rows(input, p.frame).zip(rows_mut(output, len.wrapping_add(1) << 1)) {
        let (spectrum, _) = output.as_chunks_mut::<2>();
        let Some((last, data)) = spectrum.split_last_mut() else { return };
        let sample = |index: usize| input.get(index).copied().unwrap_or_default();
        for (z, at) in data.iter_mut().zip(order.iter()) {
            let first = usize::from(at) << 1;
            *z = [sample(first), sample(first.wrapping_add(1))];
        }
        p.half.run(twiddles, data);
        let Some((first, data)) = data.split_first_mut() else { return };
        let [even, odd] = divided(*first, 2);
        *first = [even.plus(odd), T::default()];
        *last = [even.minus(odd), T::default()];
        part(turns, data);
    }
}

/// Makes the spectrum of all samples, but for its ends, of that of their pairs.
#[inline(always)]
fn part<T: Sample>(turns: Flash<'_, T>, mut data: &mut [Complex<T>]) {
    let mut at = 0usize;
    while let Some((low, rest)) = core::mem::take(&mut data).split_first_mut() {
        let turn = entry(turns, at);
        match rest.split_last_mut() {
            Some((high, rest)) => {
                (*low, *high) = pair(*low, *high, turn);
                data = rest;
            }
            // The one in the middle is its own opposite.
            None => *low = pair(*low, *low, turn).1,
        }
        at = at.wrapping_add(1);
    }
}

/// Two opposite frequencies.
#[inline(always)]
fn pair<T: Sample>(low: Complex<T>, high: Complex<T>, turn: Complex<T>) -> (Complex<T>, Complex<T>) {
    let mirrored = [high[0], T::default().minus(high[1])];
    let (low, mirrored) = (divided(low, 2), divided(mirrored, 2));
    let sum = signal_fft::add(low, mirrored);
    let turned = T::product(signal_fft::subtract(low, mirrored), turn);
    (
        [sum[0].mean(turned[0]), sum[1].mean(turned[1])],
        [sum[0].half_difference(turned[0]), turned[1].half_difference(sum[1])],
    )
}
