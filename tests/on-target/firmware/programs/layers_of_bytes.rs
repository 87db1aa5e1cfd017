//! Convolutions on one channel whose input is bytes without a sign, as pictures are, beside what they are by definition:
//! all kinds of borders, and memory that is shared with the input or not. Weights and inputs are made up.

mod made_up;

use crate::Report;
use kernels::planes::{Overlap, Planes};
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{WindowUnits, conv_2d_3x3_units_of_bytes_s8};
use made_up::{USUAL_AND_FINE, bias, constant, random, seen, stream, weight};
use tiny_model::__private::{
    flash::{Flash, FlashBytes},
    kernels, not_in_ram,
};

/// Taps of a window that are multiplied without a sign; from the others the loop takes 128 away.
const WITHOUT_SIGN: usize = 7;

/// The same units for bytes: each bias loses what is more by 128.
const fn of_bytes<const N: usize>(mut stream: [u8; N]) -> [u8; N] {
    let mut unit = 0;
    while unit < N / 17 {
        let at = unit * 17;
        let mut less = 0;
        let mut tap = 0;
        while tap < WITHOUT_SIGN {
            less += weight(unit, tap, 9, USUAL_AND_FINE) as i32 * 128;
            tap += 1;
        }
        let bias = bias(unit, USUAL_AND_FINE) - less;
        let bytes = [bias as u8, (bias >> 8) as u8, ((bias >> 16) + (bias >> 15 & 1)) as u8];
        (stream[at], stream[at + 1], stream[at + 2]) = (bytes[0], bytes[1], bytes[2]);
        unit += 1;
    }
    stream
}

/// Bytes of all kinds, and many that are zero, as backgrounds are.
fn fill(input: &mut [i8], salt: u32) {
    for (i, x) in input.iter_mut().enumerate() {
        let any = random(i, salt);
        *x = match any >> 8 & 7 {
            0 => [0, 127, 128, 255][(any & 3) as usize] as u8 as i8,
            1..=3 => 0,
            _ => any as i8,
        };
    }
}

/// Whether every output is what it is by definition.
#[inline(never)]
fn is_right(p: &WindowUnits, input: &[i8], output: &[i8]) -> bool {
    output.iter().enumerate().all(|(at, &found)| {
        let (unit, pixel) = (at % p.window.units, at / p.window.units);
        let mut sum = bias(unit, USUAL_AND_FINE);
        for tap in 0..9 {
            let seen = seen(p, pixel, tap, 0, |i| input[i] ^ i8::MIN);
            sum += i32::from(weight(unit, tap, 9, USUAL_AND_FINE)) * i32::from(seen);
        }
        found == made_up::output(unit, USUAL_AND_FINE, sum, p.output)
    })
}

#[inline(never)] // there is little flash
fn plane(p: &WindowUnits, stream: Flash<i8>, planes: Planes<i8>) {
    conv_2d_3x3_units_of_bytes_s8(p, stream, planes);
}

/// Measures a layer, and looks at its outputs, with memory apart and, if there is enough, with the output laid over the input
/// as near as may be below and above it.
#[inline(never)] // there is little flash
fn measure(
    report: &mut impl Report,
    name: &'static str,
    p: &WindowUnits,
    stream: Flash<i8>,
    memory: &mut [i8],
) {
    let Window { y, x, units, .. } = p.window;
    let (input_len, output_len) = (y.input * x.input, y.output * x.output * units);
    let (input, rest) = memory.split_at_mut(input_len);
    for salt in [0, 9] {
        fill(input, salt);
        let output = &mut rest[..output_len];
        output.fill(1);
        report.measure(name, || plane(p, stream, Planes::apart(&*input, &mut *output)));
        report.output(name, &[is_right(p, input, output) as u8]);
    }
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

/// A layer of so many units that see an image, and become an output, of so many rows and columns, with one stride and
/// paddings.
macro_rules! layer {
    ($report:ident, $memory:ident, $name:literal, $units:literal, $image:expr, $output:expr, $stride:literal, $pad:expr) => {{
        constant!(STREAM: $units * 17, of_bytes(stream::<{ $units * 17 }>($units, 9, 1, USUAL_AND_FINE)));
        const WINDOW: Window = Window {
            y: axis($image[0], $pad[0], $stride, $output[0]),
            x: axis($image[1], $pad[1], $stride, $output[1]),
            channels: 1,
            units: $units,
        };
        let layer = not_in_ram!(WindowUnits { window: WINDOW, padding: PADDING, output: TO });
        measure($report, $name, layer, STREAM.view(), &mut $memory);
    }};
}

/// As `int8`.
const PADDING: i8 = -7;
/// The loop is for layers with a ReLU.
const TO: Narrow = Narrow { bits: 31, zero_point: -128, least: -128, greatest: 127 };

const fn axis(input: usize, pad: usize, stride: usize, output: usize) -> Axis {
    Axis { input, pad, taps: 3, dilation: 1, stride, output }
}

pub fn run(report: &mut impl Report) {
    let mut memory = [0i8; 760];
    layer!(report, memory, "bytes_3x3x1_4", 4, [19, 19], [9, 9], 2, [0, 0]);
    layer!(report, memory, "bytes_3x3x1_8_same", 8, [9, 9], [9, 9], 1, [1, 1]);
    // Borders of all kinds.
    layer!(report, memory, "valid", 5, [6, 9], [4, 7], 1, [0, 0]);
    layer!(report, memory, "behind", 3, [8, 8], [4, 4], 2, [0, 0]);
    layer!(report, memory, "around", 3, [7, 7], [4, 4], 2, [1, 1]);
    layer!(report, memory, "by_3", 2, [10, 10], [4, 4], 3, [1, 1]);
    layer!(report, memory, "row", 1, [2, 9], [1, 9], 1, [1, 1]);
}
