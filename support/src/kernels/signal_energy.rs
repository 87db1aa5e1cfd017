//! The energy at each frequency of a spectrum.

/// Which frequencies count.
#[derive(Clone, Copy, Debug)]
pub struct SignalEnergy {
    /// The first one.
    pub start: usize,
    /// The first one that does not count any more.
    pub end: usize,
}

/// `output[i] = real² + imaginary²` of `input[i]`, where it counts, and zero elsewhere: the reference
/// leaves there what it finds.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_energy_s16(p: &SignalEnergy, input: &[i16], output: &mut [u32]) {
    let (spectrum, _) = input.as_chunks::<2>();
    let square = |x: i16| i32::from(x).wrapping_mul(x.into());
    for (index, (y, &[real, imaginary])) in output.iter_mut().zip(spectrum).enumerate() {
        let counts = p.start <= index && index < p.end;
        *y = if counts { square(real).wrapping_add(square(imaginary)).cast_unsigned() } else { 0 };
    }
    output.get_mut(spectrum.len()..).unwrap_or_default().fill(0);
}
