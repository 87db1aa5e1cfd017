//! The natural logarithm of each channel.

use crate::inner::flash::Flash;

/// Scales.
#[derive(Clone, Copy, Debug)]
pub struct SignalFilterBankLog {
    /// Bits by which the input is shifted to the left.
    pub correction: u32,
    /// The output's value for a logarithm of 1.
    pub scale: u32,
}

/// Segments of the table: 2 to the power of this.
const SEGMENTS: u32 = 7;

/// `ln 2` with 16 fractional bits.
const LN_2: u32 = 45426;

/// `output[i] = min(scale · ln(input[i] << correction), 32767)`, and 0 where that is below ln 2.
///
/// The table has, for each segment's start and the end, by how much log₂ is above a straight line, in
/// `1 / 2^16`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn signal_filter_bank_log_u32(
    p: &SignalFilterBankLog,
    table: Flash<'_, i16>,
    input: &[u32],
    output: &mut [i16],
) {
    for (&x, y) in input.iter().zip(output) {
        let logarithm = match x.wrapping_shl(p.correction) {
            0 | 1 => 0,
            x => logarithm(table, x, p.scale),
        };
        *y = logarithm.min(i16::MAX.unsigned_abs().into()) as i16;
    }
}

/// `scale · ln x`.
fn logarithm(table: Flash<'_, i16>, x: u32, scale: u32) -> u32 {
    const HALF: u32 = 1 << 15;
    let whole = 31u32.wrapping_sub(x.leading_zeros());
    // The bits below the first one as 16 fractional bits.
    let fraction = match whole {
        ..16 => x.wrapping_shl(16u32.wrapping_sub(whole)),
        _ => x.wrapping_shr(whole.wrapping_sub(16)),
    } & 0xffff;
    let [below, above] = table.array((fraction >> (16 - SEGMENTS)) as usize).unwrap_or_default();
    let inside = (fraction & ((1 << (16 - SEGMENTS)) - 1)).cast_signed();
    let difference = i32::from(above).wrapping_sub(below.into());
    let bent = i32::from(below).wrapping_add(difference.wrapping_mul(inside) >> 16);
    let log_2 = (whole << 16).wrapping_add(fraction).wrapping_add(bent.cast_unsigned());
    let natural = u64::from(LN_2).wrapping_mul(log_2.into()).wrapping_add(HALF.into()) >> 16;
    scale.wrapping_mul(natural as u32).wrapping_add(HALF) >> 16
}
