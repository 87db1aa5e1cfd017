//! Fourier transforms in fixed point: every stage divides by its radix, so that nothing overflows for good.
//!
//! They are in decimation in time, as in Cooley and Tukey, *An algorithm for the machine calculation of
//! complex Fourier series* (1965), in stages of radix 4, then 2, 3 and 5. Where the reference's arithmetic
//! rounds, this does; where it wraps, this does.

use super::rows::rows_mut;
use crate::inner::flash::{Element, Flash};

/// A complex number: its real and its imaginary part.
pub type Complex<T> = [T; 2];

/// Shape of a complex transform.
#[derive(Clone, Copy, Debug)]
pub struct SignalFft<S> {
    /// Complex numbers.
    pub len: usize,
    /// From the first stage, on transforms of one, to the last, which gives the whole.
    pub stages: S,
    /// Whether any radix is 3 or 5.
    pub has_odd_radix: bool,
    /// Whether it goes from frequencies to times.
    pub inverse: bool,
}

/// A stage: it makes one transform out of every `radix` that are `len` long.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// How many transforms become one.
    pub radix: usize,
    /// Their length.
    pub len: usize,
    /// From one twiddle factor to the next.
    pub stride: usize,
}

/// Fractions of 1 with a sign, as bits below the first one.
pub trait Sample: Element + Default {
    /// `self + other`, wrapping.
    fn plus(self, other: Self) -> Self;
    /// `self - other`, wrapping.
    fn minus(self, other: Self) -> Self;
    /// `self / 2`, rounded down.
    fn half(self) -> Self;
    /// `(self + other) / 2`, rounded down.
    fn mean(self, other: Self) -> Self;
    /// `(self - other) / 2`, rounded down.
    fn half_difference(self, other: Self) -> Self;
    /// `self · other`, half up.
    fn times(self, other: Self) -> Self;
    /// `self / divisor`, half up, by a factor that is rounded down.
    fn divided(self, divisor: u8) -> Self;
    /// The product of complex numbers, half up.
    fn product(a: Complex<Self>, b: Complex<Self>) -> Complex<Self>;
}

macro_rules! samples {
    ($($t:ty, $wide:ty, $sum:ident;)*) => {$(
        impl Sample for $t {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn half(self) -> Self {
                self >> 1
            }

            // 16 bits are added in 32, as C does; 32 bits wrap.
            #[inline(always)]
            fn mean(self, other: Self) -> Self {
                ($sum::from(self).wrapping_add(other.into()) >> 1) as Self
            }

            #[inline(always)]
            fn half_difference(self, other: Self) -> Self {
                ($sum::from(self).wrapping_sub(other.into()) >> 1) as Self
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                const { assert!(<$wide>::BITS == 2 * Self::BITS) };
                round(<$wide>::from(self).wrapping_mul(other.into()))
            }

            #[inline(always)]
            fn divided(self, divisor: u8) -> Self {
                // Not by a division on the device.
                self.times(match divisor {
                    2 => Self::MAX / 2,
                    3 => Self::MAX / 3,
                    4 => Self::MAX / 4,
                    _ => Self::MAX / 5,
                })
            }

            #[inline(always)]
            fn product([a, b]: Complex<Self>, [c, d]: Complex<Self>) -> Complex<Self> {
                let product = |a: Self, b: Self| <$wide>::from(a).wrapping_mul(b.into());
                [
                    round(product(a, c).wrapping_sub(product(b, d))),
                    round(product(a, d).wrapping_add(product(b, c))),
                ]
            }
        }

        impl Rounded<$wide> for $t {
            #[inline(always)]
            fn rounded(wide: $wide) -> Self {
                (wide.wrapping_add(1 << (Self::BITS - 2)) >> (Self::BITS - 1)) as Self
            }
        }
    )*};
}

/// What a product of twice as many bits becomes.
trait Rounded<W> {
    fn rounded(wide: W) -> Self;
}

#[inline(always)]
fn round<W, T: Rounded<W>>(wide: W) -> T {
    T::rounded(wide)
}

samples! {
    i16, i32, i32;
    i32, i64, i32;
}

/// The sum.
#[inline(always)]
pub fn add<T: Sample>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    [a[0].plus(b[0]), a[1].plus(b[1])]
}

/// The difference.
#[inline(always)]
pub fn subtract<T: Sample>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    [a[0].minus(b[0]), a[1].minus(b[1])]
}

/// The sum with `b` turned by a right angle clockwise.
#[inline(always)]
fn add_turned<T: Sample>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    [a[0].plus(b[1]), a[1].minus(b[0])]
}

/// The difference from it.
#[inline(always)]
fn subtract_turned<T: Sample>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    [a[0].minus(b[1]), a[1].plus(b[0])]
}

/// A complex number divided by a radix.
#[inline(always)]
pub fn divided<T: Sample>([real, imaginary]: Complex<T>, divisor: u8) -> Complex<T> {
    [real.divided(divisor), imaginary.divided(divisor)]
}

/// The complex number at `index` of a table.
#[inline(always)]
pub fn entry<T: Sample>(table: Flash<'_, T>, index: usize) -> Complex<T> {
    table.array(index << 1).unwrap_or_default()
}

impl<const N: usize> SignalFft<[Stage; N]> {
    /// Transforms `data`, which is already in the order of the stages. `twiddles` are the roots of unity.
    #[inline(always)]
    pub fn run<T: Sample>(&self, twiddles: Flash<'_, T>, data: &mut [Complex<T>]) {
        for stage in &self.stages {
            match stage.radix {
                2 => radix_2(stage, twiddles, data),
                4 if self.inverse => radix_4::<T, true>(stage, twiddles, data),
                4 => radix_4::<T, false>(stage, twiddles, data),
                3 if self.has_odd_radix => radix_3(stage, twiddles, data),
                5 if self.has_odd_radix => radix_5(stage, twiddles, data),
                _ => {}
            }
        }
    }
}

/// Several runs of `len` elements one after the other, as long as there are.
#[inline(always)]
fn blocks<T, const RADIX: usize>(data: &mut [T], len: usize) -> impl Iterator<Item = [&mut [T]; RADIX]> {
    let mut runs = rows_mut(data, len);
    core::iter::from_fn(move || {
        let mut block = [const { None }; RADIX];
        for place in &mut block {
            *place = Some(runs.next()?);
        }
        Some(block.map(Option::unwrap_or_default))
    })
}

// Each stage is a call of its own: there are as many as a model has lengths, and on small processors there are not
// as many registers as one of them needs.

#[inline(never)]
fn radix_2<T: Sample>(stage: &Stage, twiddles: Flash<'_, T>, data: &mut [Complex<T>]) {
    for [first, second] in blocks(data, stage.len) {
        let mut at = 0usize;
        for (a, b) in first.iter_mut().zip(second) {
            let turned = T::product(divided(*b, 2), entry(twiddles, at));
            let whole = divided(*a, 2);
            (*a, *b) = (add(whole, turned), subtract(whole, turned));
            at = at.wrapping_add(stage.stride);
        }
    }
}

#[inline(never)]
fn radix_3<T: Sample>(stage: &Stage, twiddles: Flash<'_, T>, data: &mut [Complex<T>]) {
    // Stages come one after the other: the third of a turn is at this stage's stride and length.
    let [_, sine] = entry(twiddles, crate::inner::product(stage.stride, stage.len));
    for [first, second, third] in blocks(data, stage.len) {
        let mut at = 0usize;
        for ((a, b), c) in first.iter_mut().zip(second).zip(third) {
            let one = T::product(divided(*b, 3), entry(twiddles, at));
            let two = T::product(divided(*c, 3), entry(twiddles, at << 1));
            let whole = divided(*a, 3);
            let (sum, difference) = (add(one, two), subtract(one, two));
            let middle = subtract(whole, sum.map(T::half));
            let side = difference.map(|x| x.times(sine));
            *a = add(whole, sum);
            (*b, *c) = (subtract_turned(middle, side), add_turned(middle, side));
            at = at.wrapping_add(stage.stride);
        }
    }
}

#[inline(never)]
fn radix_4<T: Sample, const INVERSE: bool>(stage: &Stage, twiddles: Flash<'_, T>, data: &mut [Complex<T>]) {
    for [first, second, third, fourth] in blocks(data, stage.len) {
        let mut at = 0usize;
        for (((a, b), c), d) in first.iter_mut().zip(second).zip(third).zip(fourth) {
            let one = T::product(divided(*b, 4), entry(twiddles, at));
            let two = T::product(divided(*c, 4), entry(twiddles, at << 1));
            let three = T::product(divided(*d, 4), entry(twiddles, (at << 1).wrapping_add(at)));
            let whole = divided(*a, 4);
            let (even, odd) = (add(whole, two), subtract(whole, two));
            let (sum, difference) = (add(one, three), subtract(one, three));
            (*a, *c) = (add(even, sum), subtract(even, sum));
            let turned = (add_turned(odd, difference), subtract_turned(odd, difference));
            (*b, *d) = if INVERSE { (turned.1, turned.0) } else { turned };
            at = at.wrapping_add(stage.stride);
        }
    }
}

#[inline(never)]
fn radix_5<T: Sample>(stage: &Stage, twiddles: Flash<'_, T>, data: &mut [Complex<T>]) {
    let fifth_turn = crate::inner::product(stage.stride, stage.len);
    let (near, far) = (entry(twiddles, fifth_turn), entry(twiddles, fifth_turn << 1));
    for [first, second, third, fourth, fifth] in blocks(data, stage.len) {
        let mut at = 0usize;
        for ((((a, b), c), d), e) in first.iter_mut().zip(second).zip(third).zip(fourth).zip(fifth) {
            let (twice, four_times) = (at << 1, at << 2);
            let one = T::product(divided(*b, 5), entry(twiddles, at));
            let two = T::product(divided(*c, 5), entry(twiddles, twice));
            let three = T::product(divided(*d, 5), entry(twiddles, twice.wrapping_add(at)));
            let four = T::product(divided(*e, 5), entry(twiddles, four_times));
            let whole = divided(*a, 5);
            let (outer, inner) = (add(one, four), add(two, three));
            let (outer_difference, inner_difference) = (subtract(one, four), subtract(two, three));
            *a = add(whole, add(outer, inner));
            let scaled = |z: Complex<T>, factor: T| z.map(|x| x.times(factor));
            let middle = |p: T, q: T| add(add(whole, scaled(outer, p)), scaled(inner, q));
            let (narrow, wide) = (middle(near[0], far[0]), middle(far[0], near[0]));
            let side = add(scaled(outer_difference, near[1]), scaled(inner_difference, far[1]));
            (*b, *e) = (subtract_turned(narrow, side), add_turned(narrow, side));
            let side = subtract(scaled(outer_difference, far[1]), scaled(inner_difference, near[1]));
            (*c, *d) = (subtract_turned(wide, side), add_turned(wide, side));
            at = at.wrapping_add(stage.stride);
        }
    }
}
