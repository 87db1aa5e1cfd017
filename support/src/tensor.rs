//! Inputs and outputs: their shape, and what their integers mean.

#[cfg(feature = "fixed")]
mod fixed_point;

use core::marker::PhantomData;

/// An input or output of a model: `real = scale · (integer - zero point)`.
///
/// ```
/// use tiny_model::Tensor;
///
/// const OUTPUT: Tensor<i8> = Tensor::new("scores", &[1, 12], 1.0 / 256.0, -128);
/// assert_eq!(OUTPUT.dequantize(0), 0.5);
/// assert_eq!(OUTPUT.quantize(0.25), -64);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tensor<T> {
    name: &'static str,
    shape: &'static [usize],
    scale: f32,
    zero_point: i32,
    element: PhantomData<T>,
}

/// Integers that tensors are made of.
pub trait Integer: Copy + Into<i64> + sealed::Sealed {
    /// The nearest value of the type.
    #[doc(hidden)]
    fn saturate(value: i64) -> Self;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! integers {
    ($($t:ty)*) => {$(
        impl sealed::Sealed for $t {}

        impl Integer for $t {
            #[inline]
            fn saturate(value: i64) -> Self {
                value.clamp(Self::MIN.into(), Self::MAX.into()) as Self
            }
        }
    )*};
}
integers!(i8 u8 i16 u16 i32 u32);

impl<T> Tensor<T> {
    /// Describes a tensor: its name, shape, scale (a positive number) and zero point.
    pub const fn new(name: &'static str, shape: &'static [usize], scale: f32, zero_point: i32) -> Self {
        Self { name, shape, scale, zero_point, element: PhantomData }
    }

    /// The tensor's name in the model.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The dimensions, outermost first; the array holds them in this order, the last one fastest.
    pub const fn shape(&self) -> &'static [usize] {
        self.shape
    }

    /// The number of elements, which is the length of the array that holds them.
    ///
    /// ```
    /// use tiny_model::Tensor;
    ///
    /// const SCORES: Tensor<i8> = Tensor::new("scores", &[2, 12], 1.0 / 256.0, -128);
    /// let array = [0i8; SCORES.elements()];
    /// assert_eq!(array.len(), 24);
    /// ```
    pub const fn elements(&self) -> usize {
        let (mut elements, mut rest) = (1, self.shape);
        while let [size, inner @ ..] = rest {
            elements *= *size;
            rest = inner;
        }
        elements
    }

    /// What one step of the integers is worth; 1 for integers that stand for themselves.
    pub const fn scale(&self) -> f32 {
        self.scale
    }

    /// The integer that stands for zero.
    pub const fn zero_point(&self) -> i32 {
        self.zero_point
    }
}

impl<T: Integer> Tensor<T> {
    /// The integer nearest to a real value, halves away from zero, saturating. NaN gives the zero
    /// point. The same formula as TensorFlow Lite's QUANTIZE.
    pub fn quantize(&self, real: f32) -> T {
        T::saturate(round(real / self.scale).saturating_add(self.zero_point.into()))
    }

    /// The real value of an integer.
    pub fn dequantize(&self, integer: T) -> f32 {
        let steps: i64 = integer.into();
        self.scale * (steps - i64::from(self.zero_point)) as f32
    }
}

/// The integer nearest to a number, halves away from zero.
fn round(x: f32) -> i64 {
    let whole = x as i64;
    let rest = x - whole as f32;
    match rest {
        0.5.. => whole.saturating_add(1),
        ..=-0.5 => whole.saturating_sub(1),
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: Tensor<i8> = Tensor::new("scores", &[1, 12], 1.0 / 256.0, -128);
    const COARSE: Tensor<i8> = Tensor::new("coarse", &[4], 3.0, 5);

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(COARSE.quantize(1.5), 6);
        assert_eq!(COARSE.quantize(-1.5), 4);
        assert_eq!(COARSE.quantize(1.4999), 5);
    }

    #[test]
    fn what_does_not_fit_saturates() {
        assert_eq!(SCORES.quantize(2.0), 127);
        assert_eq!(SCORES.quantize(f32::NEG_INFINITY), -128);
        assert_eq!(SCORES.quantize(f32::NAN), -128);
    }

    #[test]
    fn round_trips() {
        for integer in i8::MIN..=i8::MAX {
            assert_eq!(SCORES.quantize(SCORES.dequantize(integer)), integer);
        }
    }
}
