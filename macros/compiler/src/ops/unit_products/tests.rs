use super::*;
use crate::inner::flash::Flash;
use crate::inner::short_outputs_of_sums;
use crate::kernels::random::Random;

/// What the reference makes of a sum.
fn expected(unit: &Unit, sum: i32) -> i8 {
    unit.output.to_s8(sum, unit.multiplier.multiplier, unit.multiplier.shift as i8)
}

/// What the loops make of it with constants, before and after the limits of the layer.
fn found(unit: &Unit, constants: &[i32; UNIT_CONSTANTS], sum: i32) -> i8 {
    let four = [*constants; FOUR];
    let sums = [sum.wrapping_sub(constants[0]); FOUR];
    let [value, ..] = short_outputs_of_sums(Flash::from_slice(four.as_flattened()), sums);
    i32::from(value).clamp(unit.output.least, unit.output.greatest) as i8
}

#[test]
fn what_is_proved_is_so_for_every_sum() {
    let (mut random, mut proved, mut signed_ones) = (Random::new(7), 0, 0);
    for round in 0..240u32 {
        let number = random.bits();
        let significand = match round % 8 {
            0 => 1 << 30,
            1 => i32::MAX,
            _ => 1 << 30 | (number << 6 & 0x3fff_ffff).cast_signed(),
        };
        let multiplier = Multiplier { multiplier: significand, shift: -1 - (round % 11).cast_signed() };
        let zero_point = (random.bits() & 0xff).cast_signed() - 128;
        let least = if round % 3 == 0 { zero_point } else { -128 };
        let output = Requantization { zero_point, least, greatest: 127 - (round % 2).cast_signed() };
        let width = 1 << (10 + round % 7);
        let sums = [-(i64::from(random.bits()) % width), i64::from(random.bits()) % width];
        let unit = Unit { bias: random.bits() as i16 as i32, multiplier, sums, output };
        let signed = unit.is_signed() || round % 5 == 0;
        let Some(constants) = unit.found(signed) else { continue };
        proved += 1;
        signed_ones += u32::from(signed);
        for sum in sums[0] as i32..=sums[1] as i32 {
            assert_eq!(
                found(&unit, &constants, sum),
                expected(&unit, sum),
                "{sum} {multiplier:?} {output:?}"
            );
        }
    }
    assert!(proved > 150 && signed_ones > 50, "{proved} {signed_ones}");
}

/// With few sums it can be tried whether any constant is right.
#[test]
fn what_is_not_proved_is_not_so() {
    let (mut refused, mut proved) = (0, 0);
    for significand in (1 << 30..i32::MAX).step_by(100_000_007) {
        for (shift, bits, signed) in [(-1, 16, false), (-2, 16, true), (-3, 17, true), (-2, 19, true)] {
            let multiplier = Multiplier { multiplier: significand, shift };
            let output = Requantization { zero_point: 0, least: -100, greatest: 90 };
            let unit = Unit { bias: 0, multiplier, sums: [-700, 900], output };
            let proof = unit.with(bits, 0, signed, &unit.steps());
            let constants = proof.or_else(|| {
                // The same multiplier, with any constant.
                let one = Unit { sums: [0, 0], ..unit };
                one.with(bits, 0, signed, &one.steps())
            });
            let Some([bias, scale, exponent, _]) = constants else { panic!("{multiplier:?}") };
            let range = 1 << (exponent & 0xff);
            let right = |offset: i32| {
                let constants = [bias, scale, exponent, offset];
                (-700..=900).all(|sum| found(&unit, &constants, sum) == expected(&unit, sum))
            };
            let any = (0..range).any(right);
            assert_eq!(proof.is_some(), any, "{multiplier:?} {bits} {signed}");
            proved += u32::from(any);
            refused += u32::from(!any);
        }
    }
    assert!(refused > 0 && proved > 0, "{refused} {proved}");
}

#[test]
fn fours_that_are_not_proved_stay_as_they_are() {
    const FILTER: usize = 7;
    let mut random = Random::new(5);
    for (zero_point, least) in [(-128, -128), (3, -128), (20, 20)] {
        let output = Requantization { zero_point, least, greatest: 127 };
        let weights = random.bytes(FILTER * 11);
        let multipliers: Vec<Multiplier> = (0..11)
            .map(|_| Multiplier { multiplier: 1 << 30 | random.bits() as i32 & 0x3fff_ffff, shift: -6 })
            .collect();
        let mut bias: Vec<i32> = (0..11).map(|_| random.bits() as i16 as i32 / 4).collect();
        // Among the units of the second four, one whose sums are too great.
        bias[5] = 1 << 23;
        let sums: Vec<Bounds> = (weights.chunks(FILTER).zip(&bias))
            .map(|(weights, &bias)| {
                let reach: i64 = weights.iter().map(|&w| i64::from(w).abs() << 7).sum();
                [i64::from(bias) - reach, i64::from(bias) + reach]
            })
            .collect();
        let layer =
            || Simplified { weights: weights.clone(), bias: bias.clone(), multipliers: multipliers.clone() };
        let mut variants: Vec<Variant> =
            unit_fours::fully_connected(&layer(), (FILTER, false), output).into_iter().collect();
        let note = shorten(&mut variants, layer, &sums, output);
        assert_eq!(
            note.as_deref(),
            Some("2 of 3 fours of channels requantized by two short products on Cortex-M0")
        );
        let [short, full] = variants.as_slice() else { panic!("{variants:?}") };
        assert_eq!([short.backend, full.backend], ["v6m", "portable"]);
        let words = |variant: &Variant| variant.constants[1].to_words();
        assert_eq!(words(short)[16..32], words(full)[16..32]);
        let words = words(short);
        for four in [0, 2] {
            let constants = &words[four * FOUR_CONSTANTS..][..FOUR_CONSTANTS];
            assert_eq!(constants[2] & SIGNED != 0, least < zero_point, "{constants:x?}");
            let x = random.bytes(FILTER);
            let units = weights.chunks(FILTER).skip(four * FOUR);
            let mut products =
                units.map(|w| w.iter().zip(&x).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum());
            let accumulators = [0; FOUR].map(|_: i32| products.next().unwrap_or(0));
            let found = short_outputs_of_sums(Flash::from_slice(constants), accumulators);
            for (at, (found, sum)) in found.into_iter().zip(accumulators).enumerate().take(11 - four * FOUR) {
                let unit = four * FOUR + at;
                let expected = output.to_s8(sum + bias[unit], multipliers[unit].multiplier, -6);
                assert_eq!(i32::from(found).clamp(least, 127), expected.into(), "{unit}");
            }
        }
    }
}

#[test]
fn what_leaves_the_registers_is_not_proved() {
    let multiplier = Multiplier { multiplier: 1 << 30, shift: -8 };
    let output = Requantization { zero_point: -128, least: -128, greatest: 127 };
    let of = |sum: i64| Unit { bias: 0, multiplier, sums: [-sum, sum], output }.found(false).is_some();
    assert!(of(100_000) && of(1 << 20));
    assert!(!of(1 << 23) && !of(1 << 30));
    let left = Multiplier { multiplier: 1 << 30, shift: 0 };
    assert!(Unit { bias: 0, multiplier: left, sums: [0, 1], output }.found(false).is_none());
}
