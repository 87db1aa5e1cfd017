//! Convolutions whose windows see few elements side by side, as first layers of models do, and some that see more than one
//! piece of a row, beside what they are by definition: what is measured tells what each product takes on AVR. Weights and
//! inputs are made up.

mod made_up;

use crate::Report;
use kernels::planes::{Overlap, Planes};
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{WindowUnits, conv_2d_3x3_units_s8, conv_2d_units_s8};
use made_up::{USUAL_AND_FINE, bias, constant, random, seen, stream, weight};
use tiny_model::__private::{
    flash::{Flash, FlashBytes},
    kernels, not_in_ram,
};

fn fill(input: &mut [i8], salt: u32) {
    for (i, x) in input.iter_mut().enumerate() {
        *x = random(i, salt) as i8;
    }
}

/// Whether every output is what it is by definition.
#[inline(never)]
fn is_right(p: &WindowUnits, input: &[i8], output: &[i8]) -> bool {
    let Window { y, x, channels, units } = p.window;
    let terms = y.taps * x.taps * channels;
    output.iter().enumerate().all(|(at, &found)| {
        let (unit, pixel) = (at % units, at / units);
        let mut sum = bias(unit, USUAL_AND_FINE);
        for term in 0..terms {
            let seen = seen(p, pixel, term / channels, term % channels, |i| input[i]);
            sum += i32::from(weight(unit, term, terms, USUAL_AND_FINE)) * i32::from(seen);
        }
        found == made_up::output(unit, USUAL_AND_FINE, sum, p.output)
    })
}

#[inline(never)] // there is little flash
fn plane(p: &WindowUnits, stream: Flash<i8>, planes: Planes<i8>) {
    conv_2d_3x3_units_s8(p, stream, planes);
}

/// Measures a layer, and looks at its outputs.
#[inline(never)] // there is little flash
fn measure(
    report: &mut impl Report,
    name: &'static str,
    p: &WindowUnits,
    stream: Flash<i8>,
    memory: &mut [i8],
) {
    let Window { y, x, channels, units } = p.window;
    let terms = y.taps * x.taps * channels;
    let (input, rest) = memory.split_at_mut(y.input * x.input * channels);
    let output = &mut rest[..y.output * x.output * units];
    for salt in [0, 9] {
        fill(input, salt);
        output.fill(1);
        let planes = Planes::apart(&*input, &mut *output);
        report.measure(name, || match terms {
            9 => plane(p, stream, planes),
            _ => conv_2d_units_s8(p, stream, planes),
        });
        report.output(name, &[is_right(p, input, output) as u8]);
    }
    if terms == 9 {
        share(report, name, p, stream, memory);
    }
}

/// The same with the output laid over the input, as near as may be below and above it, if memory is enough for the input
/// beside it.
#[inline(never)] // there is little flash
fn share(
    report: &mut impl Report,
    name: &'static str,
    p: &WindowUnits,
    stream: Flash<i8>,
    memory: &mut [i8],
) {
    let Window { y, x, units, .. } = p.window;
    let (input_len, output_len) = (y.input * x.input, y.output * x.output * units);
    let (input, rest) = memory.split_at_mut(input_len);
    let reach = p.reach(output_len);
    for (at, output) in [(reach.below, 0), (0, reach.above)] {
        let Some(shared) = rest.get_mut(..(at + input_len).max(output + output_len)) else { return };
        shared.fill(1);
        shared[at..at + input_len].copy_from_slice(input);
        let overlap = Overlap { input: at, input_len, output, output_len };
        plane(p, stream, Planes::overlapped(&mut *shared, overlap));
        report.output(name, &[is_right(p, input, &shared[output..output + output_len]) as u8]);
    }
}

/// A layer of so many units that see `[rows, columns, channels]` of an image, and become an output, of so many rows and
/// columns, with one stride and paddings.
macro_rules! layer {
    ($report:ident, $memory:ident, $name:literal, $units:literal of [$rows:literal, $columns:literal, $channels:literal], $image:expr, $output:expr, $stride:literal, $pad:expr) => {{
        const TERMS: usize = $rows * $columns * $channels;
        constant!(STREAM: $units * (TERMS + 8), stream($units, TERMS, if TERMS == 9 { 1 } else { 4 }, USUAL_AND_FINE));
        const WINDOW: Window = Window {
            y: axis($image[0], $pad[0], $rows, $stride, $output[0]),
            x: axis($image[1], $pad[1], $columns, $stride, $output[1]),
            channels: $channels,
            units: $units,
        };
        let layer = not_in_ram!(WindowUnits { window: WINDOW, padding: PADDING, output: TO });
        measure($report, $name, layer, STREAM.view(), &mut $memory);
    }};
}

const PADDING: i8 = -7;
const TO: Narrow = Narrow { bits: 31, zero_point: 5, least: -128, greatest: 127 };

const fn axis(input: usize, pad: usize, taps: usize, stride: usize, output: usize) -> Axis {
    Axis { input, pad, taps, dilation: 1, stride, output }
}

pub fn run(report: &mut impl Report) {
    let mut memory = [0i8; 760];
    layer!(report, memory, "conv_3x3x1_4", 4 of [3, 3, 1], [19, 19], [9, 9], 2, [0, 0]);
    layer!(report, memory, "conv_3x3x1_8", 8 of [3, 3, 1], [15, 15], [7, 7], 2, [0, 0]);
    layer!(report, memory, "conv_3x3x1_16", 16 of [3, 3, 1], [13, 13], [6, 6], 2, [0, 0]);
    layer!(report, memory, "conv_3x3x1_8_same", 8 of [3, 3, 1], [9, 9], [9, 9], 1, [1, 1]);
    // Borders of all kinds.
    layer!(report, memory, "valid", 5 of [3, 3, 1], [6, 9], [4, 7], 1, [0, 0]);
    layer!(report, memory, "behind", 3 of [3, 3, 1], [8, 8], [4, 4], 2, [0, 0]);
    layer!(report, memory, "around", 3 of [3, 3, 1], [7, 7], [4, 4], 2, [1, 1]);
    layer!(report, memory, "by_3", 2 of [3, 3, 1], [10, 10], [4, 4], 3, [1, 1]);
    layer!(report, memory, "row", 1 of [3, 3, 1], [2, 9], [1, 9], 1, [1, 1]);
    layer!(report, memory, "conv_3x3x3_8", 8 of [3, 3, 3], [8, 8], [8, 8], 1, [1, 1]);
    layer!(report, memory, "conv_5x5x1_6", 6 of [5, 5, 1], [13, 13], [9, 9], 1, [0, 0]);
    layer!(report, memory, "conv_10x4x1_64", 64 of [10, 4, 1], [10, 10], [2, 5], 2, [2, 1]);
    layer!(report, memory, "conv_2x3x91_5", 5 of [2, 3, 91], [2, 3], [2, 3], 1, [1, 1]);
    // Windows that see nothing but padding, in either direction.
    layer!(report, memory, "conv_2x2x3_5_outside", 5 of [2, 2, 3], [2, 2], [7, 7], 1, [3, 3]);
}
