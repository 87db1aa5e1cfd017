extern crate std;

use super::super::planes::{Overlap, Planes};
use super::super::random::Random;
use super::super::window::{Axis, Window};
use super::*;
use std::vec;
use std::vec::Vec;

impl Random {
    fn axis(&mut self, stride: usize) -> Axis {
        let (input, pad) = (1 + self.below(9), self.below(2));
        let output = 1 + self.below((input + 1) / stride + 1);
        Axis { input, pad, taps: 3, dilation: 1, stride, output }
    }

    /// A window of 3x3 that is dilated, and one whose rows of some columns are those of an image.
    fn dilated(&mut self) -> WindowUnits {
        let dilation = 2 + self.below(2);
        let mut side = || {
            let input = dilation * (1 + self.below(4));
            Axis { input, pad: dilation, taps: 3, dilation, stride: 1, output: input }
        };
        let (y, x) = (side(), side());
        let channels = 1 + self.below(5);
        let window = Window { y, x, channels, units: channels };
        let output = Narrow { bits: 31, zero_point: self.byte().into(), least: -120, greatest: 125 };
        WindowUnits { window, padding: self.byte(), output }
    }

    /// Any window of 3x3 that the loops take.
    fn layer(&mut self) -> WindowUnits {
        loop {
            let channels = 1 + self.below(5);
            let units = channels * (1 + self.below(4));
            let strides = [1 + self.below(2), 1 + self.below(2)];
            let [x, y] = strides.map(|stride| self.axis(stride));
            let window = Window { y, x, channels, units };
            let output = Narrow { bits: 31, zero_point: self.byte().into(), least: -120, greatest: 125 };
            if rows_fit(&window, output.bits) {
                return WindowUnits { window, padding: self.byte(), output };
            }
        }
    }
}

/// Any window of 3x3 on one channel that the loop takes.
fn plane(random: &mut Random) -> WindowUnits {
    loop {
        let strides = [1 + random.below(4), 1 + random.below(4)];
        let [x, y] = strides.map(|stride| random.axis(stride));
        let window = Window { y, x, channels: 1, units: 1 + random.below(6) };
        let output = Narrow { bits: 31, zero_point: random.byte().into(), least: -120, greatest: 125 };
        if plane_fits(&window, output.bits) {
            return WindowUnits { window, padding: random.byte(), output };
        }
    }
}

/// Bias, weights, multiplier and edge.
type Unit = (i32, [i8; 9], i32, i32);

/// In the order of the stream: the first units of all channels before the second ones.
fn stream(units: &[Unit], channels: usize) -> Vec<i8> {
    let multiplier = units.len() / channels;
    let mut bytes = Vec::new();
    for first in 0..multiplier {
        for (bias, weights, scale, edge) in units.iter().skip(first).step_by(multiplier) {
            let [low, middle, high, _] = bias.to_le_bytes();
            bytes.extend([low, middle, high.wrapping_add(middle >> 7)]);
            bytes.extend(weights.map(i8::cast_unsigned));
            let [low, middle, high, _] = scale.to_le_bytes();
            let [lower, upper, ..] = edge.to_le_bytes();
            bytes.extend([middle, high, low, lower, upper]);
        }
    }
    bytes.into_iter().map(u8::cast_signed).collect()
}

/// All outputs by definition.
fn defined(p: &WindowUnits, units: &[Unit], input: &[i8]) -> Vec<i8> {
    let (Window { y, x, channels, .. }, to) = (p.window, p.output);
    let mut outputs = Vec::new();
    for (row, column) in (0..y.output).flat_map(|row| (0..x.output).map(move |column| (row, column))) {
        for (unit, (bias, weights, scale, edge)) in units.iter().enumerate() {
            let channel = unit / (units.len() / channels);
            let mut sum = i64::from(*bias);
            for (tap, &weight) in weights.iter().enumerate() {
                let at = |side: Axis, output: usize, tap: usize| {
                    let at = (output * side.stride + tap * side.dilation).checked_sub(side.pad);
                    at.filter(|&at| at < side.input)
                };
                let (row, column) = (at(y, row, tap / 3), at(x, column, tap % 3));
                let at = row.zip(column).map(|(row, column)| (row * x.input + column) * channels + channel);
                sum += i64::from(weight) * i64::from(at.map_or(p.padding, |at| input[at]));
            }
            let product = sum.abs() * i64::from(*scale) + (i64::from(*edge) << 8) + (1 << (to.bits - 1));
            let value = sum.signum() * (product >> to.bits) + i64::from(to.zero_point);
            outputs.push(value.clamp(to.least.into(), to.greatest.into()) as i8);
        }
    }
    outputs
}

fn run(p: &WindowUnits, stream: &[i8], planes: Planes<'_, i8>) {
    let stream = Flash::from_slice(stream);
    match p.window.x.stride {
        _ if p.window.x.dilation != 1 => depthwise_conv_2d_3x3_dilated_units_s8(p, stream, planes),
        1 => depthwise_conv_2d_3x3_units_s8(p, stream, planes),
        _ => depthwise_conv_2d_3x3_stride_2_units_s8(p, stream, planes),
    }
}

#[test]
fn rows_of_3x3_are_what_is_defined() {
    are_what_is_defined(Random::layer, run);
}

#[test]
fn dilated_rows_of_3x3_are_what_is_defined() {
    let layer = |random: &mut Random| {
        let p = random.dilated();
        assert!(p.window.y.input < 2 * p.window.y.dilation || dilated_fit(&p), "{p:?}");
        p
    };
    are_what_is_defined(layer, run);
}

#[test]
fn planes_are_what_is_defined() {
    are_what_is_defined(plane, |p, stream, planes| {
        conv_2d_3x3_units_s8(p, Flash::from_slice(stream), planes);
    });
}

/// Bytes without a sign that are less by 128 are what others are, if biases make up for it.
#[test]
fn planes_of_bytes_are_what_is_defined() {
    let turned = |bytes: &[i8]| bytes.iter().map(|x| x ^ i8::MIN).collect::<Vec<i8>>();
    are_what_is_defined(plane, |p, stream, planes| {
        let mut stream = stream.to_vec();
        for unit in stream.chunks_mut(9 + 8) {
            let [low, middle, high] = [0, 1, 2].map(|at: usize| i32::from(unit[at].cast_unsigned()));
            // The upper byte is one greater if the middle one is negative.
            let bias = low + (middle << 8) + ((high - (middle >> 7)) << 16);
            let first: i32 = unit[3..10].iter().map(|&weight| i32::from(weight)).sum();
            let [low, middle, high, _] = (bias - 128 * first).to_le_bytes();
            let bytes = [low, middle, high.wrapping_add(middle >> 7)];
            unit[..3].copy_from_slice(&bytes.map(u8::cast_signed));
        }
        let stream = Flash::from_slice(&stream);
        match planes {
            Planes::Apart { input, output } => {
                conv_2d_3x3_units_of_bytes_s8(p, stream, Planes::apart(&turned(input), output));
            }
            Planes::Overlapped { memory, overlap } => {
                let input = overlap.input..overlap.input + overlap.input_len;
                let bytes = turned(&memory[input.clone()]);
                memory[input].copy_from_slice(&bytes);
                conv_2d_3x3_units_of_bytes_s8(p, stream, Planes::overlapped(memory, overlap));
            }
        }
    });
}

/// With an output as near to the input as may be, too.
fn are_what_is_defined(
    layer: impl Fn(&mut Random) -> WindowUnits,
    run: impl Fn(&WindowUnits, &[i8], Planes<'_, i8>),
) {
    let mut random = Random::new(7);
    for _ in 0..500 {
        let p = layer(&mut random);
        let Window { y, x, channels, units } = p.window;
        let unit = |random: &mut Random| {
            let (bias, scale) = (random.below(1 << 18) as i32 - (1 << 17), random.below(1 << 24) as i32);
            (bias, [0; 9].map(|_: i8| random.byte()), scale, (random.below(1 << 12) as i32) << 4)
        };
        let units: Vec<Unit> = (0..units).map(|_| unit(&mut random)).collect();
        let stream = stream(&units, channels);
        for images in 1..3 {
            let input: Vec<i8> = (0..images * y.input * x.input * channels).map(|_| random.byte()).collect();
            let of_images = input.chunks(input.len() / images);
            let expected: Vec<i8> = of_images.flat_map(|image| defined(&p, &units, image)).collect();
            let (input_len, output_len) = (input.len(), expected.len());

            let mut output = vec![0; output_len];
            run(&p, &stream, Planes::apart(&input, &mut output));
            assert_eq!(output, expected, "{p:?}, {images} images");

            let reach = p.reach(output_len);
            let beyond = random.below(3);
            for (input_at, output) in
                [(reach.below, 0), (0, reach.above), (reach.below + beyond, 0), (0, reach.above + beyond)]
            {
                let mut memory = vec![0; (input_at + input_len).max(output + output_len)];
                memory[input_at..][..input_len].copy_from_slice(&input);
                let overlap = Overlap { input: input_at, input_len, output, output_len };
                run(&p, &stream, Planes::overlapped(&mut memory, overlap));
                assert_eq!(memory[output..][..output_len], expected, "{p:?}, {images} images, {overlap:?}");
            }
        }
    }
}
