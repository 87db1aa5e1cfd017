//! Means by products of 32 bits, where these come to what the reference computes in 64: there are few sums, so all are tried.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use crate::kernels::mean::{FewMean, Mean, ShortMean};

/// No more elements than this are summed up where all sums are tried.
const MAX_TRIED: i32 = 256;

/// The rounding of a factor of 16 bits tells by less than a tenth of a step in the mean of so many elements.
const FEW: i32 = 32;

/// Bits of its fraction.
const FRACTION: u32 = 16;

/// Constants of 32 bits with which every sum of so many bytes comes to what the reference makes of it, if there are some
/// near the factor.
pub(super) fn of(p: &Mean, elements: i32) -> Option<ShortMean> {
    let elements = (1..=MAX_TRIED).contains(&elements).then_some(elements)?;
    let sums = elements * i32::from(i8::MIN)..=elements * i32::from(i8::MAX);
    let outputs: Vec<(i64, i64)> = sums.map(|sum| (sum.into(), output(p, sum))).collect();
    let factor = f64::from(p.multiplier) * f64::from(p.shift - 31).exp2();
    // The output begins in 32 bits, and what is below adds to it.
    let reach = outputs.iter().map(|(sum, _)| sum.abs()).max()?.max(1) as f64 * factor + 256.0;
    let shift = 31u32.checked_sub(reach.log2().ceil() as u32)?;
    let (multiplier, offset) = exact(&outputs, factor, shift)?;
    let (multiplier, offset) = (multiplier.try_into().ok()?, offset.try_into().ok()?);
    Some(ShortMean { loops: p.loops, multiplier, offset, shift })
}

/// Constants of 32 bits, whose fraction has so many, near a factor with which each sum comes to its output.
fn exact(outputs: &[(i64, i64)], factor: f64, shift: u32) -> Option<(i64, i64)> {
    let nearest = (factor * f64::from(shift).exp2()).round() as i64;
    let mut near = [0, 1, -1, 2, -2].into_iter().map(|more| nearest + more);
    near.find_map(|multiplier| Some((multiplier, offset(outputs, multiplier, shift)?)))
}

/// Constants of 16 bits for the mean of few elements, with which it is what the reference makes of it, if there are such
/// constants, or else as near to the real numbers as they are; none where means are below what the output can be.
pub(super) fn few(p: &Mean, elements: i32) -> Option<FewMean> {
    let elements = (1..=FEW).contains(&elements).then_some(elements)?;
    let factor = f64::from(p.multiplier) * f64::from(p.shift - 31).exp2();
    let sums = elements * i32::from(i8::MIN)..=elements * i32::from(i8::MAX);
    let outputs: Vec<(i64, i64)> = sums.map(|sum| (sum.into(), output(p, sum))).collect();
    let (multiplier, offset) = exact(&outputs, factor, FRACTION).unwrap_or_else(|| {
        let multiplier = (factor * f64::from(FRACTION).exp2()).round() as i64;
        let zero_point = i64::from(p.zero_point) << FRACTION;
        (multiplier, zero_point + (1 << (FRACTION - 1)) + i64::from(p.start) * multiplier)
    });
    // From what counts from zero on to what counts from -128 on.
    let offset = offset + (128 << FRACTION) - 128 * i64::from(elements) * multiplier;
    let (multiplier, offset) = (multiplier.try_into().ok()?, offset.try_into().ok()?);
    let fits = u32::checked_add(offset, u32::from(multiplier) * 255 * elements.cast_unsigned()).is_some();
    (multiplier != 0 && fits).then_some(FewMean { loops: p.loops, multiplier, offset })
}

/// The same in 32 bits.
pub(super) fn of_few(few: &FewMean, elements: usize) -> ShortMean {
    let FewMean { loops, multiplier, offset } = *few;
    // No more than `FEW` elements, and an offset for outputs of eight bits.
    let more = 128 * (elements as i64 * i64::from(multiplier) - (1 << FRACTION));
    let offset = (i64::from(offset) + more) as i32;
    ShortMean { loops, multiplier: multiplier.into(), offset, shift: FRACTION }
}

/// What the reference makes of a sum.
fn output(p: &Mean, sum: i32) -> i64 {
    p.value(p.start.wrapping_add(sum)).clamp(i8::MIN.into(), i8::MAX.into()).into()
}

/// What has to be added to all products so that each is from its output on, and below the next.
fn offset(outputs: &[(i64, i64)], multiplier: i64, shift: u32) -> Option<i64> {
    let (mut least, mut below) = (i64::MIN, i64::MAX);
    for (sum, output) in outputs {
        let product = sum * multiplier;
        // What is beyond the ends is brought back to them.
        if *output > i8::MIN.into() {
            least = least.max((output << shift) - product);
        }
        if *output < i8::MAX.into() {
            below = below.min(((output + 1) << shift) - product);
        }
    }
    let offset = least.max(i64::from(i32::MIN));
    let fits = |(sum, _): &(i64, i64)| i32::try_from(sum * multiplier + offset).is_ok();
    let ends = [outputs.first()?, outputs.last()?];
    (offset < below && ends.into_iter().all(fits)).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::mean::{Reduction, Run};
    use crate::quantize::Multiplier;

    fn mean(factor: f64, elements: i32, zero_points: [i32; 2]) -> Mean {
        let run = Run { count: 1, stride: 1 };
        let loops = Reduction { kept: [run; 4], inner: 1, reduced: [run; 4] };
        let Multiplier { multiplier, shift } = Multiplier::new(factor).expect("it is a usual one");
        Mean { loops, start: -zero_points[0] * elements, multiplier, shift, zero_point: zero_points[1] }
    }

    #[test]
    fn most_means_are_short_and_those_are_the_same() {
        let mut found = 0;
        for elements in [1, 2, 4, 9, 16, 25, 49] {
            for at in 0..20 {
                let factor = (0.3 + 0.17 * f64::from(at)) / f64::from(elements);
                let p = mean(factor, elements, [-128, 120 - at * 9]);
                let Some(short) = of(&p, elements) else { continue };
                found += 1;
                for sum in -128 * elements..=127 * elements {
                    let expected = p.value(p.start + sum).clamp(-128, 127);
                    assert_eq!(i32::from(short.value(sum)), expected, "{sum} of {p:?}");
                }
            }
        }
        assert!(found > 130, "only {found} of 140");
    }

    #[test]
    fn halves_that_are_rounded_away_from_zero_on_both_sides_are_not_short() {
        assert!(of(&mean(0.25, 4, [0, 0]), 4).is_none());
        // No sum is below zero.
        assert!(of(&mean(0.25, 4, [-128, -128]), 4).is_some());
        assert!(of(&mean(0.25, 300, [-128, -128]), 300).is_none());
    }
}
