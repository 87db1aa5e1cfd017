//! Energies of a spectrum gathered in channels, each a triangle over frequencies that overlaps its
//! neighbours.

use crate::inner::flash::Flash;

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct SignalFilterBank;

/// `output[c] = Σ weights · band c + 1 + Σ counter-weights · band c`, modulo 2^64, in pairs of words, the lower
/// one first.
///
/// Band `c` are `widths[c]` energies from `input[starts[c]]` on, with weights from `weight_starts[c]` on.
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn signal_filter_bank_u32(
    _: &SignalFilterBank,
    weights: Flash<'_, i16>,
    counter_weights: Flash<'_, i16>,
    starts: Flash<'_, i16>,
    weight_starts: Flash<'_, i16>,
    widths: Flash<'_, i16>,
    input: &[u32],
    output: &mut [u32],
) {
    let size = |n: i16| usize::try_from(n).unwrap_or(0);
    let bands = starts.iter().map(size).zip(weight_starts.iter().map(size)).zip(widths.iter().map(size));
    let mut falling = 0u64;
    // What rises in the first band belongs to no channel.
    let (channels, _) = output.as_chunks_mut::<2>();
    let channels = core::iter::once(None).chain(channels.iter_mut().map(Some));
    for (((start, weight), width), channel) in bands.zip(channels) {
        let (mut rising, mut next) = (falling, 0u64);
        let band = input.get(start..start.wrapping_add(width)).unwrap_or_default();
        let pairs = weights.range(weight, width).iter().zip(counter_weights.range(weight, width).iter());
        for ((up, down), &energy) in pairs.zip(band) {
            rising = rising.wrapping_add(product(up, energy));
            next = next.wrapping_add(product(down, energy));
        }
        if let Some(channel) = channel {
            *channel = [rising as u32, (rising >> 32) as u32];
        }
        falling = next;
    }
}

/// The product modulo 2^64, of two halves: a whole 64-bit multiplication is slow where words are smaller.
fn product(weight: i16, energy: u32) -> u64 {
    let half = |half: u32| i64::from(i32::from(weight).wrapping_mul(half.cast_signed()));
    half(energy & 0xffff).wrapping_add(half(energy >> 16) << 16).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::product;

    #[test]
    fn halves_make_the_whole_product() {
        for weight in [i16::MIN, -32767, -1, 0, 1, 4095, i16::MAX] {
            for energy in [0, 1, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
                let expected = (i128::from(weight) * i128::from(energy)) as u64;
                assert_eq!(product(weight, energy), expected, "{weight} {energy}");
            }
        }
    }
}
