//! Other integers for the same real values.

use super::source::Source;
use crate::inner::requantize;
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
    output.iter().zip(input.elements()).for_each(|(y, x)| y.set((x ^ 0x80).cast_signed()));
}

/// `output[i] = input[i] + 128`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn shift_s8_u8(_: &Shift, input: impl Source<i8>, output: &[Cell<u8>]) {
    output.iter().zip(input.elements()).for_each(|(y, x)| y.set(x.cast_unsigned() ^ 0x80));
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
