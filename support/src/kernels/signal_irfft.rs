//! Real samples of a spectrum.

use super::rows::{rows, rows_mut};
use super::signal_fft::{self, Complex, Sample, divided, entry};
use crate::inner::flash::Flash;

pub use super::signal_fft::{SignalFft, Stage};

/// Shape.
#[derive(Clone, Copy, Debug)]
pub struct SignalIrfft<S> {
    /// The transform of half as many complex numbers as there are samples.
    pub half: SignalFft<S>,
}

/// The samples of every spectrum from frequency 0 to half the sampling rate.
///
/// The spectra of even and odd samples are put together to one of complex numbers, in the order that the
/// transform needs. `turns` are the factors for that, from the one of frequency 1 on.
#[inline]
pub fn signal_irfft<T: Sample, const N: usize>(
    p: &SignalIrfft<[Stage; N]>,
    twiddles: Flash<'_, T>,
    turns: Flash<'_, T>,
    order: Flash<'_, u16>,
    input: &[T],
    output: &mut [T],
) {
    let len = p.half.len;
    for (input, output) in rows(input, len.wrapping_add(1) << 1).zip(rows_mut(output, len << 1)) {
        let ((spectrum, _), (data, _)) = (input.as_chunks::<2>(), output.as_chunks_mut::<2>());
        for (z, at) in data.iter_mut().zip(order.iter()) {
            *z = of_pairs(spectrum, turns, len, at.into());
        }
        p.half.run(twiddles, data);
    }
}

/// Frequency `at` of the spectrum of pairs of samples.
#[inline(always)]
fn of_pairs<T: Sample>(spectrum: &[Complex<T>], turns: Flash<'_, T>, len: usize, at: usize) -> Complex<T> {
    let frequency = |index: usize| spectrum.get(index).copied().unwrap_or_default();
    let opposite = len.wrapping_sub(at);
    if at == 0 {
        let ([first, _], [last, _]) = (frequency(0), frequency(len));
        return divided([first.plus(last), first.minus(last)], 2);
    }
    let low = at.min(opposite);
    let mirrored = frequency(at.max(opposite));
    let mirrored = divided([mirrored[0], T::default().minus(mirrored[1])], 2);
    let low_half = divided(frequency(low), 2);
    let even = signal_fft::add(low_half, mirrored);
    let turn = entry(turns, low.wrapping_sub(1));
    let odd = T::product(signal_fft::subtract(low_half, mirrored), turn);
    // The one in the middle is its own opposite.
    if at < opposite {
        return signal_fft::add(even, odd);
    }
    let [real, imaginary] = signal_fft::subtract(even, odd);
    [real, T::default().minus(imaginary)]
}
