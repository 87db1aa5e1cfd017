//! Other integers for the same real values.

use super::source::Source;
use crate::inner::flash::Element;
use crate::inner::{requantize, turn_signs, unknown};
use core::cell::Cell;

/// Both quantizations.
#[derive(Clone, Copy, Debug)]
pub struct Quantize {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Significand of `input scale / output scale`, in Q31.
    pub multiplier: i32,
    /// Its exponent.
    pub shift: i32,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct Shift;

/// `output[i] = input[i] - 128`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn shift_u8_s8(_: &Shift, input: impl Source<u8>, output: &[Cell<i8>]) {
    shift(input, output, |x| x, |y| y.cast_signed());
}

/// The same where the output lies over the input, and what reads it takes bytes as they are.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn keep_u8_s8(_: &Shift, _: impl Source<u8>, _: &[Cell<i8>]) {}

/// `output[i] = input[i] + 128`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn shift_s8_u8(_: &Shift, input: impl Source<i8>, output: &[Cell<u8>]) {
    shift(input, output, |x| x.cast_unsigned(), |y| y);
}

/// Fewer bytes than this are turned over one by one.
const FEW: usize = 16;

/// Turns the highest bit of each byte over, which is what adding or taking away 128 does.
#[inline(always)]
fn shift<X: Element, Y: Element>(
    input: impl Source<X>,
    output: &[Cell<Y>],
    byte: impl Fn(X) -> u8,
    element: impl Fn(u8) -> Y,
) {
    let done = match output.len() < FEW {
        true => 0,
        false => input.cells().map_or(0, |input| turn_signs(input, output)),
    };
    let rest = output.get(done..).unwrap_or(&[]);
    for (y, x) in rest.iter().zip(input.range(done, rest.len()).elements()) {
        unknown(y).set(element(byte(x) ^ 0x80));
    }
}

impl Quantize {
    /// The output for an element, not yet clamped.
    #[inline(always)]
    pub fn value(&self, x: i32) -> i32 {
        let value = requantize(x.wrapping_sub(self.input_zero_point), self.multiplier, self.shift);
        value.wrapping_add(self.zero_point)
    }
}

macro_rules! kernels {
    ($($name:ident: $input:ty => $output:ty;)*) => {$(
        /// `output = clamp(zero point + requantize(input - input zero point))`.
        #[inline]
        pub fn $name(p: &Quantize, input: impl Source<$input>, output: &[Cell<$output>]) {
            let (least, greatest) = (i32::from(<$output>::MIN), i32::from(<$output>::MAX));
            for (y, x) in output.iter().zip(input.elements()) {
                y.set(p.value(i32::from(x)).max(least).min(greatest) as $output);
            }
        }
    )*};
}

kernels! {
    quantize_s8_s8: i8 => i8;
    quantize_s8_s16: i8 => i16;
    quantize_s8_s32: i8 => i32;
    quantize_s16_s8: i16 => i8;
    quantize_s16_s16: i16 => i16;
    quantize_s16_s32: i16 => i32;
    quantize_s32_s8: i32 => i8;
    quantize_s32_s16: i32 => i16;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shifted_by_128() {
        let bytes: [u8; 300] = core::array::from_fn(|at| at as u8);
        for len in (0..70).chain([300]) {
            let unsigned = bytes.map(Cell::new);
            let signed = [const { Cell::new(0) }; 300];
            shift_u8_s8(&Shift, &unsigned[..len], &signed[..len]);
            for (at, y) in signed.iter().enumerate() {
                let expected = if at < len { i32::from(bytes[at]) - 128 } else { 0 };
                assert_eq!(i32::from(y.get()), expected, "{at} of {len}");
            }
            let back = [const { Cell::new(0) }; 300];
            shift_s8_u8(&Shift, &signed[..len], &back[..len]);
            assert!(back.iter().zip(bytes).take(len).all(|(y, x)| y.get() == x), "{len}");
        }
    }
}
