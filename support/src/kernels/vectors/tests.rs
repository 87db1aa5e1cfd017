extern crate std;

use super::super::add::add_s8;
use super::super::conv_2d::{conv_2d_1x1_s8, conv_2d_contiguous_once_s8, conv_2d_contiguous_s8};
use super::super::depthwise_conv_2d::{
    DepthwiseConv2dVectors, depthwise_conv_2d_multiplier_vectors_once_s8, depthwise_conv_2d_once_s8,
    depthwise_conv_2d_s8,
};
use super::super::random::Random;
use super::super::shapes::{Axis, Broadcast, Loop};
use super::*;
use crate::inner::flash::Flash;
use std::vec;
use std::vec::Vec;

const RANGE: Requantization = Requantization { zero_point: -3, least: -100, greatest: 90 };

fn bytes(count: usize, seed: u32) -> Vec<i8> {
    Random::new(seed).bytes(count)
}

/// Calls `both` with constants of `units` units, each with `filter` weights.
fn with_units(units: usize, filter: usize, both: impl FnOnce(Units<'_, Full<'_>>)) {
    let weights = bytes(units * filter, 1);
    let bias: Vec<i32> = bytes(units, 2).into_iter().map(|x| 100 * i32::from(x)).collect();
    let multipliers: Vec<i32> =
        bytes(units, 3).into_iter().map(|x| (3 << 29) + (i32::from(x) << 20)).collect();
    let shifts: Vec<i8> = bytes(units, 4).into_iter().map(|x| -7 - (x & 3)).collect();
    both(Units {
        weights: Flash::from_slice(&weights),
        bias: Flash::from_slice(&bias),
        scales: Full { multipliers: Flash::from_slice(&multipliers), shifts: Flash::from_slice(&shifts) },
    });
}

/// Limits of outputs that are rounded once, within those of eight bits on both sides.
const LIMITS: Once = Once { least: -100, greatest: 90 };

/// The same with constants of units that are rounded once.
fn with_units_once(units: usize, filter: usize, both: impl FnOnce(Units<'_, RoundedOnce<'_>>)) {
    let weights = bytes(units * filter, 1);
    let bias: Vec<i32> = bytes(units, 2).into_iter().map(|x| 100 * i32::from(x)).collect();
    let multipliers: Vec<i32> =
        bytes(units, 3).into_iter().map(|x| (3 << 22) + (i32::from(x) << 14)).collect();
    both(Units {
        weights: Flash::from_slice(&weights),
        bias: Flash::from_slice(&bias),
        scales: RoundedOnce { multipliers: Flash::from_slice(&multipliers) },
    });
}

/// Windows of all kinds: strides, dilated rows, and padding on every side or so much that a row sees no image.
fn windows() -> impl Iterator<Item = Window> {
    let axis = |input, pad, taps, dilation, stride| {
        let output = (input + 2 * pad - (taps - 1) * dilation - 1) / stride + 1;
        Axis { input, pad, taps, dilation, stride, output }
    };
    let shapes = [(3, 0, 1), (3, 1, 1), (3, 1, 2), (2, 0, 2), (5, 2, 1), (1, 2, 1)];
    shapes.into_iter().flat_map(move |(taps, pad, stride)| {
        [1, 3, 17].map(|channels| {
            let (y, x) =
                (axis(6, pad, taps, 1 + (taps == 2) as usize, stride), axis(7, pad, taps, 1, stride));
            Window { y, x, channels, units: channels }
        })
    })
}

fn check(window: Window, mut plain: impl FnMut(Planes<'_, i8>), mut ours: impl FnMut(Planes<'_, i8>)) {
    let input = bytes(2 * window.y.input * window.x.input * window.channels, 5);
    let len = 2 * window.y.output * window.x.output * window.units;
    let (mut expected, mut found) = (vec![0; len], vec![1; len]);
    plain(Planes::apart(&input, &mut expected));
    ours(Planes::apart(&input, &mut found));
    assert_eq!(found, expected, "{window:?}");
}

#[test]
fn convolutions_are_the_same() {
    for window in windows().map(|window| Window { units: 5, ..window }) {
        let p = Conv2d { window, depth: window.channels, group: 5, padding: 9, output: RANGE };
        assert!(suits(&p));
        with_units(5, filter(&p), |u| {
            let plain = |planes: Planes<'_, i8>| {
                conv_2d_contiguous_s8(&p, u.weights, u.bias, u.scales.multipliers, u.scales.shifts, planes);
            };
            check(window, plain, |planes| conv_2d(&p, u, planes));
        });
    }
}

#[test]
fn depthwise_convolutions_are_the_same() {
    for window in windows() {
        let p = DepthwiseConv2d { window, multiplier: 1, padding: -7, output: RANGE };
        with_units(window.units, window.y.taps * window.x.taps, |u| {
            let plain = |planes: Planes<'_, i8>| {
                depthwise_conv_2d_s8(&p, u.weights, u.bias, u.scales.multipliers, u.scales.shifts, planes);
            };
            check(window, plain, |planes| depthwise_conv_2d(&p, u, planes));
        });
    }
}

#[test]
fn convolutions_rounded_once_are_the_same() {
    for window in windows().map(|window| Window { units: 5, ..window }) {
        let p = Conv2d { window, depth: window.channels, group: 5, padding: 9, output: LIMITS };
        with_units_once(5, filter(&p), |u| {
            let plain = |planes: Planes<'_, i8>| {
                conv_2d_contiguous_once_s8(&p, u.weights, u.bias, u.scales.multipliers, planes);
            };
            check(window, plain, |planes| conv_2d(&p, u, planes));
        });
    }
}

#[test]
fn depthwise_convolutions_rounded_once_are_the_same() {
    for window in windows() {
        let p = DepthwiseConv2d { window, multiplier: 1, padding: -7, output: LIMITS };
        with_units_once(window.units, window.y.taps * window.x.taps, |u| {
            let plain = |planes: Planes<'_, i8>| {
                depthwise_conv_2d_once_s8(&p, u.weights, u.bias, u.scales.multipliers, planes);
            };
            check(window, plain, |planes| depthwise_conv_2d(&p, u, planes));
        });
    }
}

/// Two units for each of three channels, in the order that its kernel wants and, written out, in that of the output.
#[test]
fn several_units_of_a_channel_are_rounded_once() {
    let axis = |input| Axis { input, pad: 0, taps: 3, dilation: 1, stride: 1, output: input - 2 };
    let window = Window { y: axis(4), x: axis(5), channels: 3, units: 6 };
    let p = DepthwiseConv2dVectors::<3, _> {
        layer: DepthwiseConv2d { window, multiplier: 2, padding: 0, output: LIMITS },
    };
    let (input, mut found) = (bytes(4 * 5 * 3, 5), vec![1; 2 * 3 * 6]);
    let mut saturated = 0;
    with_units_once(6, 9, |u| {
        let planes = Planes::apart(&input, &mut found);
        depthwise_conv_2d_multiplier_vectors_once_s8(&p, u.weights, u.bias, u.scales.multipliers, planes);
        for (at, &found) in found.iter().enumerate() {
            let (y, x, channel, nth) = (at / 18, at / 6 % 3, at % 6 / 2, at % 2);
            let seen = |tap: usize| input[((y + tap / 3) * 5 + x + tap % 3) * 3 + channel];
            let product =
                |tap| i32::from(seen(tap)) * i32::from(u.weights.get(nth * 27 + tap * 3 + channel).unwrap());
            let unit = nth * 3 + channel;
            let sum = u.bias.get(unit).unwrap() + (0..9).map(product).sum::<i32>();
            let expected = upper_half(sum, u.scales.multipliers.get(unit).unwrap());
            assert_eq!(found, expected, "{at}");
            saturated += usize::from(expected == -100 || expected == 90);
        }
    });
    assert!((1..found.len()).contains(&saturated), "{saturated}");
}

/// What the sum of a unit that is rounded once becomes.
fn upper_half(sum: i32, multiplier: i32) -> i8 {
    (i64::from(sum) * i64::from(multiplier)).div_euclid(1 << 32).clamp(-100, 90) as i8
}

#[test]
fn rows_are_rounded_once() {
    let p = FullyConnected { depth: 19, units: 6, output: LIMITS };
    let (input, mut found) = (bytes(5 * 19, 6), [1; 30]);
    with_units_once(6, 19, |u| {
        each_row(&p, u, Planes::apart(&input, &mut found));
        for (at, &found) in found.iter().enumerate() {
            let (row, unit) = (at / 6, at % 6);
            let product =
                |i| i32::from(input[row * 19 + i]) * i32::from(u.weights.get(unit * 19 + i).unwrap());
            let sum = u.bias.get(unit).unwrap() + (0..19).map(product).sum::<i32>();
            assert_eq!(found, upper_half(sum, u.scales.multipliers.get(unit).unwrap()), "{at}");
        }
    });
}

#[test]
fn rows_are_the_same() {
    let p = FullyConnected { depth: 19, units: 6, output: RANGE };
    let (input, mut expected, mut found) = (bytes(5 * 19, 6), [0; 30], [1; 30]);
    with_units(6, 19, |u| {
        let planes = Planes::apart(&input, &mut expected);
        conv_2d_1x1_s8(&p, u.weights, u.bias, u.scales.multipliers, u.scales.shifts, planes);
        each_row(&p, u, Planes::apart(&input, &mut found));
    });
    assert_eq!(found, expected);
}

#[test]
fn sums_are_the_same() {
    let factor = |zero_point, multiplier, shift| Scaling { zero_point, multiplier, shift };
    let shape = Broadcast {
        run: 90,
        repeat_left: false,
        repeat_right: false,
        outer: [const { Loop { count: 1, left: 0, right: 0 } }; 1],
    };
    let p = Sum {
        shape,
        headroom: 20,
        left: factor(-8, 1 << 30, 0),
        right: factor(30, 1_500_000_000, -2),
        output: factor(-3, 1_300_000_000, -18),
        least: -100,
        greatest: 90,
    };
    let (mut left, mut right) = (bytes(90, 7), bytes(90, 8));
    let (left, right) = (Cell::from_mut(&mut *left), Cell::from_mut(&mut *right));
    let (left, right) = (left.as_slice_of_cells(), right.as_slice_of_cells());
    let [expected, found] = [[const { Cell::new(0i8) }; 90], [const { Cell::new(1i8) }; 90]];
    add_s8(&p, left, right, &expected);
    add(&p, left, right, &found);
    assert_eq!(found, expected);
}
