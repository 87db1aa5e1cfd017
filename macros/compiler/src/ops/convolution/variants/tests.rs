//! Layers that are rounded once on Cortex-M with the DSP extension, or with vectors, are the same as by the plain kernel.

use super::*;
use crate::inner::flash::Flash;
use crate::kernels::blocks::{conv_2d_1x1_blocks_once_s8, conv_2d_blocks_once_s8};
use crate::kernels::conv_2d::{
    Conv2d, FullyConnected, conv_2d_1x1_once_s8, conv_2d_contiguous_once_s8, conv_2d_s8,
};
use crate::kernels::depthwise_conv_2d::{
    DepthwiseConv2d, DepthwiseConv2dVectors, depthwise_conv_2d_multiplier_vectors_once_s8,
    depthwise_conv_2d_once_s8,
};
use crate::kernels::depthwise_rows::{
    depthwise_conv_2d_3x3_once_s8, depthwise_conv_2d_multiplier_3x3_once_s8,
};
use crate::kernels::depthwise_taps::{
    depthwise_conv_2d_multiplier_taps_once_s8, depthwise_conv_2d_taps_once_s8,
};
use crate::kernels::planes::Planes;
use crate::kernels::random::Random;
use crate::kernels::shapes::Axis;
use crate::ops::sums::Activations;
use crate::quantize::Multiplier;

const RELU: Requantization = Requantization { zero_point: -128, least: -128, greatest: 100 };
const ONCE: Once = Once { least: -128, greatest: 100 };
const PADDING: i8 = -9;

fn axis(input: usize, taps: usize, pad: usize, [stride, dilation]: [usize; 2]) -> Axis {
    let output = (input + 2 * pad - (taps - 1) * dilation - 1) / stride + 1;
    Axis { input, pad, taps, dilation, stride, output }
}

/// Checks layers with such windows by `run`, which gets the constants of the kernel of this name.
fn check(kernel: &str, window: Window, depth: usize, run: impl Fn(&[Constant], &[i8], Planes<'_, i8>)) {
    let mut random = Random::new((window.channels * 31 + window.units) as u32);
    for _ in 0..20 {
        let Window { y, x, channels, units } = window;
        let near = || {
            let multiplier = (1 << 30) | random.below(1 << 30) as i32;
            once::near(Multiplier { multiplier, shift: -5 - random.below(4) as i32 }, RELU)
        };
        let multipliers: Vec<Multiplier> = std::iter::repeat_with(near).flatten().take(units).collect();
        let (order, range) = (Order::UnitsFirst, (RELU.least, RELU.greatest));
        let activations = Activations::Int8;
        let layer = Convolution { window, depth, order, range, activations, multipliers };
        let filter = layer.filter();
        let weights = random.bytes(units * filter).into_iter().map(|w| w.max(-127)).collect::<Vec<_>>();
        let bias: Vec<i32> = (0..units).map(|_| random.below(20_000) as i32 - 10_000).collect();
        let input = random.bytes(y.input * x.input * channels);

        let simple = Simplified::of(&weights, &bias, &layer.multipliers, RELU);
        let once = once::Units::of(&simple, filter, RELU);
        assert!(once.is_some(), "near multipliers suit");
        let loops = Loops { optimize: Optimize::Balanced, depthwise_3x3: true, once };
        let variants = layer.variants(&weights, &bias, PADDING, RELU, &loops);
        let variant = variants.iter().find(|variant| variant.kernel == kernel).expect("it is offered");

        let group = parts(units, parts(channels, depth));
        let plain = Conv2d { window, depth, group, padding: PADDING, output: RELU };
        let multipliers: Vec<i32> = layer.multipliers.iter().map(|m| m.multiplier).collect();
        let shifts: Vec<i8> = layer.multipliers.iter().map(|m| m.shift as i8).collect();
        let mut outputs = [0, 1].map(|y0| vec![y0; y.output * x.output * units]);
        let [expected, found] = &mut outputs;
        conv_2d_s8(
            &plain,
            Flash::from_slice(&weights),
            Flash::from_slice(&bias),
            Flash::from_slice(&multipliers),
            Flash::from_slice(&shifts),
            Planes::apart(&input, expected),
        );
        let weights: Vec<i8> = variant.constants[0].bytes.iter().map(|byte| byte.cast_signed()).collect();
        run(&variant.constants, &weights, Planes::apart(&input, found));
        assert_eq!(found, expected, "{kernel} {window:?}");
        assert!(expected.iter().any(|&y| y > -128 && y < 100));
    }
}

#[test]
fn pixels_that_are_rounded_once_are_the_same() {
    let point = |input| axis(input, 1, 0, [1, 1]);
    let window = Window { y: point(3), x: point(5), channels: 7, units: 6 };
    check("conv_2d_1x1_blocks_once_s8", window, 7, |constants, _, planes| {
        let p = PixelBlocks::<4, Once> { depth: 7, units: 6, output: ONCE };
        conv_2d_1x1_blocks_once_s8(&p, Flash::from_slice(&constants[0].to_words()), planes);
    });
}

#[test]
fn windows_that_are_rounded_once_are_the_same() {
    for stride in [1, 2] {
        let (y, x) = (axis(5, 3, 1, [stride, 2]), axis(6, 2, 1, [stride, 1]));
        let window = Window { y, x, channels: 3, units: 9 };
        check("conv_2d_blocks_once_s8", window, 3, |constants, _, planes| {
            let layer = ConvolutionBlocks { window, padding: PADDING, output: ONCE };
            let p = Conv2dBlocks::<9, 6, Once> { layer };
            conv_2d_blocks_once_s8(&p, Flash::from_slice(&constants[0].to_words()), planes);
        });
    }
}

#[test]
fn depthwise_rows_that_are_rounded_once_are_the_same() {
    for (stride, pad) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
        let side = |input| axis(input, 3, pad, [stride, 1]);
        let window = Window { y: side(5), x: side(7), channels: 5, units: 5 };
        let p = (window, PADDING, ONCE);
        check("depthwise_conv_2d_3x3_once_s8", window, 1, |constants, _, planes| {
            let (words, (window, padding, output)) = (constants[0].to_words(), p);
            let words = Flash::from_slice(&words);
            if stride == 1 {
                let p = DepthwiseConv2d3x3::<1, false, Once> { window, padding, output };
                depthwise_conv_2d_3x3_once_s8(&p, words, planes);
            } else {
                let p = DepthwiseConv2d3x3::<2, false, Once> { window, padding, output };
                depthwise_conv_2d_3x3_once_s8(&p, words, planes);
            }
        });
    }
    let side = |input| axis(input, 3, 1, [1, 1]);
    let window = Window { y: side(4), x: side(4), channels: 3, units: 6 };
    check("depthwise_conv_2d_multiplier_3x3_once_s8", window, 1, |constants, _, planes| {
        let layer = DepthwiseConv2d3x3::<1, false, Once> { window, padding: PADDING, output: ONCE };
        let p = DepthwiseConv2d3x3Units::<1, false, 12, Once> { layer, multiplier: 2 };
        depthwise_conv_2d_multiplier_3x3_once_s8(&p, Flash::from_slice(&constants[0].to_words()), planes);
    });
}

#[test]
fn depthwise_pixels_that_are_rounded_once_are_the_same() {
    let (y, x) = (axis(9, 5, 2, [2, 1]), axis(7, 3, 1, [1, 2]));
    let window = Window { y, x, channels: 6, units: 6 };
    check("depthwise_conv_2d_taps_once_s8", window, 1, |constants, weights, planes| {
        let p = DepthwiseConv2dTaps { window, padding: PADDING, output: ONCE };
        let words = constants[1].to_words();
        depthwise_conv_2d_taps_once_s8(&p, Flash::from_slice(weights), Flash::from_slice(&words), planes);
    });
    let window = Window { y, x, channels: 4, units: 12 };
    check("depthwise_conv_2d_multiplier_taps_once_s8", window, 1, |constants, weights, planes| {
        let layer = DepthwiseConv2dTaps { window, padding: PADDING, output: ONCE };
        let p = DepthwiseConv2dUnits::<4, Once> { layer, multiplier: 3 };
        let words = constants[1].to_words();
        let weights = Flash::from_slice(weights);
        depthwise_conv_2d_multiplier_taps_once_s8(&p, weights, Flash::from_slice(&words), planes);
    });
}

/// Biases and multipliers of kernels for vectors.
fn words(constants: &[Constant]) -> [Vec<i32>; 2] {
    [constants[1].to_words(), constants[2].to_words()]
}

#[test]
fn vectors_of_units_that_are_rounded_once_are_the_same() {
    let point = |input| axis(input, 1, 0, [1, 1]);
    let window = Window { y: point(3), x: point(5), channels: 7, units: 6 };
    check("conv_2d_1x1_once_s8", window, 7, |constants, weights, planes| {
        let ([bias, multipliers], weights) = (words(constants), Flash::from_slice(weights));
        let p = FullyConnected { depth: 7, units: 6, output: ONCE };
        let (bias, multipliers) = (Flash::from_slice(&bias), Flash::from_slice(&multipliers));
        conv_2d_1x1_once_s8(&p, weights, bias, multipliers, planes);
    });
    for (channels, stride) in [(1, 1), (1, 2), (3, 2)] {
        let (y, x) = (axis(5, 3, 1, [stride, 2]), axis(6, 2, 1, [stride, 1]));
        let window = Window { y, x, channels, units: 9 };
        check("conv_2d_contiguous_once_s8", window, channels, |constants, weights, planes| {
            let ([bias, multipliers], weights) = (words(constants), Flash::from_slice(weights));
            let p = Conv2d { window, depth: channels, group: 9, padding: PADDING, output: ONCE };
            let (bias, multipliers) = (Flash::from_slice(&bias), Flash::from_slice(&multipliers));
            conv_2d_contiguous_once_s8(&p, weights, bias, multipliers, planes);
        });
    }
}

#[test]
fn vectors_of_channels_that_are_rounded_once_are_the_same() {
    let side = |input| axis(input, 3, 1, [1, 1]);
    let window = Window { y: side(4), x: side(5), channels: 5, units: 5 };
    check("depthwise_conv_2d_once_s8", window, 1, |constants, weights, planes| {
        let ([bias, multipliers], weights) = (words(constants), Flash::from_slice(weights));
        let p = DepthwiseConv2d { window, multiplier: 1, padding: PADDING, output: ONCE };
        let (bias, multipliers) = (Flash::from_slice(&bias), Flash::from_slice(&multipliers));
        depthwise_conv_2d_once_s8(&p, weights, bias, multipliers, planes);
    });
    let window = Window { units: 10, ..window };
    check("depthwise_conv_2d_multiplier_vectors_once_s8", window, 1, |constants, weights, planes| {
        let ([bias, multipliers], weights) = (words(constants), Flash::from_slice(weights));
        let layer = DepthwiseConv2d { window, multiplier: 2, padding: PADDING, output: ONCE };
        let (bias, multipliers) = (Flash::from_slice(&bias), Flash::from_slice(&multipliers));
        let p = DepthwiseConv2dVectors::<5, Once> { layer };
        depthwise_conv_2d_multiplier_vectors_once_s8(&p, weights, bias, multipliers, planes);
    });
}
