//! Small layers that are rounded once are the same as by the plain kernel.

use super::*;
use crate::inner::flash::Flash;
use crate::kernels::fully_connected::{
    fully_connected_few_once_s8, fully_connected_once_s8, fully_connected_s8,
};
use crate::kernels::planes::Planes;
use crate::kernels::random::Random;
use crate::ops::sums::Activations;
use crate::quantize::Multiplier;

const RELU: Requantization = Requantization { zero_point: -128, least: -128, greatest: 100 };

/// A layer of one row with multipliers of its own for each unit, that can be rounded once if `near` ones are taken.
fn layer(random: &mut Random, [depth, units]: [usize; 2], near: bool) -> Layer {
    let exact =
        || Multiplier { multiplier: (1 << 30) | random.below(1 << 30) as i32, shift: -4 - random.below(3) as i32 };
    let multipliers = std::iter::repeat_with(exact);
    let multipliers: Vec<Multiplier> = match near {
        true => multipliers.filter_map(|exact| once::near(exact, RELU)).take(units).collect(),
        false => multipliers.take(units).collect(),
    };
    let (range, activations) = ((RELU.least, RELU.greatest), Activations::Int8);
    Layer { rows: 1, depth, units, range, activations, multipliers }
}

#[test]
fn small_layers_are_the_same() {
    let mut random = Random::new(0x5eed);
    for (shape, kernel) in [
        ([1, 7], "fully_connected_few_once_s8"),
        ([7, 8], "fully_connected_few_once_s8"),
        ([16, 16], "fully_connected_once_s8"),
        ([40, 1], "fully_connected_once_s8"),
    ] {
        let [depth, units] = shape;
        let layer = layer(&mut random, shape, true);
        let weights = random.bytes(units * depth);
        let bias: Vec<i32> = (0..units).map(|_| random.below(6_000) as i32 - 3_000).collect();
        let variant = layer.small_once((&weights, &bias), RELU, Optimize::Balanced).expect("near ones suit");
        assert_eq!((variant.backend, variant.kernel), ("portable", kernel));
        let [own, own_bias, own_multipliers] = variant.constants.as_slice() else { panic!("{variant:?}") };
        let own: Vec<i8> = own.bytes.iter().map(|&byte| byte as i8).collect();
        let (own_bias, own_multipliers) = (own_bias.to_words(), own_multipliers.to_words());
        let multipliers: Vec<i32> = layer.multipliers.iter().map(|m| m.multiplier).collect();
        let shifts: Vec<i8> = layer.multipliers.iter().map(|m| m.shift as i8).collect();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let input = random.bytes(depth);
            let mut outputs = [0, 1, 2].map(|y0| vec![y0; units]);
            let [expected, found, found_by_few] = &mut outputs;
            fully_connected_s8(
                &FullyConnected { depth, units, output: RELU },
                Flash::from_slice(&weights),
                Flash::from_slice(&bias),
                Flash::from_slice(&multipliers),
                Flash::from_slice(&shifts),
                Planes::apart(&input, expected),
            );
            let p = FullyConnected { depth, units, output: Once { least: RELU.least, greatest: RELU.greatest } };
            let constants = [&own_bias, &own_multipliers].map(|words| Flash::from_slice(words));
            let ([bias, multipliers], own) = (constants, Flash::from_slice(&own));
            fully_connected_once_s8(&p, own, bias, multipliers, Planes::apart(&input, found));
            fully_connected_few_once_s8(&p, own, bias, multipliers, Planes::apart(&input, found_by_few));
            assert_eq!(found, expected, "{shape:?}");
            assert_eq!(found_by_few, expected, "{shape:?}");
            seen.extend(expected.iter().copied());
        }
        assert!(seen.len() > 10, "outputs of few kinds: {seen:?}");
    }
}

#[test]
fn others_stay_as_they_are() {
    let mut random = Random::new(0xfeed);
    let mut of = |shape: [usize; 2], near: bool, output: Requantization| {
        let layer = layer(&mut random, shape, near);
        let weights = vec![100; layer.units * layer.depth];
        layer.small_once((&weights, &vec![0; layer.units]), output, Optimize::Balanced).is_some()
    };
    let all = Requantization { zero_point: 0, least: -128, greatest: 127 };
    assert!(of([31, 33], true, RELU));
    assert!(!of([32, 32], true, RELU), "it has a loop over fours of units");
    assert!(!of([31, 33], true, all), "it has outputs below the zero point");
    assert!(!of([31, 33], false, RELU), "its multipliers suit by chance only");
}
