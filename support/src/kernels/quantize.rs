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
    shift(input, output, |x| x, |y| y.cast_signed());
}

/// `output[i] = input[i] + 128`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn shift_s8_u8(_: &Shift, input: impl Source<i8>, output: &[Cell<u8>]) {
    shift(input, output, |x| x.cast_unsigned(), |y| y);
}

/// Bytes that are read before any of them is written: a vector, or four words where the processor loads words from
/// anywhere.
const TOGETHER: usize = 16;

/// Turns the highest bit of each byte over, which is what adding or taking away 128 does.
#[inline(always)]
fn shift<X: Copy, Y: Copy>(
    input: impl Source<X>,
    output: &[Cell<Y>],
    byte: impl Fn(X) -> u8,
    element: impl Fn(u8) -> Y,
) {
    let turned = |word: [u8; 4]| (u32::from_ne_bytes(word) ^ 0x8080_8080).to_ne_bytes();
    let one = |x| element(byte(x) ^ 0x80);
    let Some(cells) = input.cells() else {
        return output.iter().zip(input.elements()).for_each(|(y, x)| y.set(one(x)));
    };
    let ((inputs, last_inputs), (outputs, last_outputs)) =
        (cells.as_chunks::<TOGETHER>(), output.as_chunks::<TOGETHER>());
    for (x, y) in inputs.iter().zip(outputs) {
        let mut bytes = x.each_ref().map(|x| byte(x.get()));
        bytes.as_chunks_mut().0.iter_mut().for_each(|word| *word = turned(*word));
        y.iter().zip(bytes).for_each(|(y, byte)| y.set(element(byte)));
    }
    last_outputs.iter().zip(last_inputs).for_each(|(y, x)| y.set(one(x.get())));
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
