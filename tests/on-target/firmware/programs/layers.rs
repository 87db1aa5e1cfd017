//! Whole layers whose constants are one stream, beside what they are by definition: what is measured tells what each
//! product takes on AVR. Weights and inputs are made up.

use crate::Report;
use kernels::planes::Planes;
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{
    RowUnits, WindowUnits, conv_2d_units_s8, depthwise_conv_2d_3x3_units_s8, fully_connected_units_s8,
};
use tiny_model::__private::{
    flash::{Flash, FlashBytes},
    kernels, not_in_ram,
};

const fn weight(i: usize) -> i8 {
    ((i as u32).wrapping_mul(2654435761) >> 24) as u8 as i8 >> 1
}
const fn bias(u: usize) -> i32 {
    ((u as u32).wrapping_mul(2246822519) >> 12) as i32 % 20000 - 10000
}
const fn scale(u: usize) -> u32 {
    0x80_0000 | ((u as u32).wrapping_mul(3266489917) >> 10 & 0x7f_ffff) | (u as u32 * 7 & 0x7f) << 24
}
const fn edge(u: usize) -> u8 {
    (u * 16) as u8
}

const fn stream<const N: usize>(units: usize, terms: usize, block: usize) -> [u8; N] {
    let mut out = [0; N];
    let (mut at, mut unit) = (0, 0);
    while unit < units {
        let side = if unit + block <= units { block } else { 1 };
        let mut lane = 0;
        while lane < side {
            let b = bias(unit + lane);
            out[at] = b as u8;
            out[at + 1] = (b >> 8) as u8;
            out[at + 2] = ((b >> 16) + (b >> 15 & 1)) as u8;
            at += 3;
            lane += 1;
        }
        let mut i = 0;
        while i < terms {
            let mut lane = 0;
            while lane < side {
                out[at] = weight((unit + lane) * terms + i) as u8;
                at += 1;
                lane += 1;
            }
            i += 1;
        }
        let mut lane = 0;
        while lane < side {
            let s = scale(unit + lane);
            out[at] = (s >> 8) as u8;
            out[at + 1] = (s >> 16) as u8;
            out[at + 2] = s as u8;
            out[at + 3] = edge(unit + lane);
            out[at + 4] = (s >> 24) as u8;
            at += 5;
            lane += 1;
        }
        unit += side;
    }
    out
}

macro_rules! constant {
    ($name:ident: $len:literal = $bytes:expr) => {
        #[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
        static $name: FlashBytes<$len> = FlashBytes::new(&$bytes);
    };
}

fn fill(input: &mut [i8], salt: u32) {
    for (i, x) in input.iter_mut().enumerate() {
        *x = ((i as u32 + salt).wrapping_mul(2246822519) >> 23) as i8;
    }
}

/// What becomes of a sum by definition.
#[inline(never)] // there is little flash
fn output(unit: usize, sum: i32, to: Narrow) -> i8 {
    let (multiplier, upper) = (scale(unit) & 0xff_ffff, scale(unit) >> 24);
    let edge = upper << 16 | u32::from(edge(unit)) << 8;
    let product =
        u64::from(sum.unsigned_abs()) * u64::from(multiplier) + u64::from(edge) + (1 << (to.bits - 1));
    let value = (product >> to.bits) as i32;
    (if sum < 0 { -value } else { value } + to.zero_point).clamp(-128, 127) as i8
}

/// An output of a fully connected layer by definition.
#[inline(never)]
fn connected(input: &[i8], _: usize, unit: usize, to: Narrow) -> i8 {
    let term = |(i, &x): (usize, &i8)| i32::from(weight(unit * input.len() + i)) * i32::from(x);
    output(unit, bias(unit) + input.iter().enumerate().map(term).sum::<i32>(), to)
}

/// One of a convolution with so many channels in each group, and as many groups as there are units or one.
#[inline(never)]
fn convolved(
    input: &[i8],
    pixel: usize,
    unit: usize,
    to: Narrow,
    group: usize,
    [rows, columns]: [usize; 2],
) -> i8 {
    let channels = input.len() / (rows * columns);
    let (rows, columns) = (rows as isize, columns as isize);
    let mut sum = bias(unit);
    for term in 0..9 * group {
        let (tap, channel) = ((term / group) as isize, term % group + if group == 1 { unit } else { 0 });
        let (y, x) = (pixel as isize / columns + tap / 3 - 1, pixel as isize % columns + tap % 3 - 1);
        let is_inside = (0..rows).contains(&y) && (0..columns).contains(&x);
        let x = if is_inside { input[(y * columns + x) as usize * channels + channel] } else { PADDING };
        sum += i32::from(weight(unit * 9 * group + term)) * i32::from(x);
    }
    output(unit, sum, to)
}

macro_rules! layer {
    ($report:ident, $name:literal, [$units:literal, $terms:literal, $len:literal, $block:literal], $inputs:literal, $outputs:literal, $to:ident,
     $defined:expr, |$stream:ident, $planes:ident| $work:expr) => {{
        constant!(STREAM: $len = stream($units, $terms, $block));
        let (mut input, mut output) = ([0i8; $inputs], [1i8; $outputs]);
        for salt in [0, 9, 77] {
            fill(&mut input, salt);
            let $stream: Flash<i8> = STREAM.view();
            // What the compiler of a model knows is known here too.
            $report.measure($name, || {
                let $planes = Planes::apart(&input, &mut output);
                $work
            });
            let mut all = output.iter().enumerate();
            let right = all.all(|(i, &y)| y == $defined(&input, i / $units, i % $units, $to));
            $report.output($name, &[right as u8]);
        }
    }};
}

const PADDING: i8 = -7;
const TO: Narrow = Narrow { bits: 34, zero_point: 5, least: -128, greatest: 127 };
const TO_5: Narrow = Narrow { bits: 31, zero_point: -5, least: -128, greatest: 127 };

const fn axis(side: usize) -> Axis {
    Axis { input: side, pad: 1, taps: 3, dilation: 1, stride: 1, output: side }
}
const fn window(channels: usize, to: Narrow, [rows, columns]: [usize; 2]) -> WindowUnits {
    let window = Window { y: axis(rows), x: axis(columns), channels, units: channels };
    WindowUnits { window, padding: PADDING, output: to }
}

pub fn run(report: &mut impl Report) {
    layer!(report, "fc_64_16", [16, 64, 1152, 4], 64, 16, TO, connected, |stream, planes| {
        fully_connected_units_s8(not_in_ram!(RowUnits { depth: 64, units: 16, output: TO }), stream, planes)
    });
    layer!(report, "fc_16_5", [5, 16, 120, 4], 16, 5, TO_5, connected, |stream, planes| {
        fully_connected_units_s8(not_in_ram!(RowUnits { depth: 16, units: 5, output: TO_5 }), stream, planes)
    });
    layer!(
        report,
        "conv_3x3_8_8",
        [8, 72, 640, 4],
        128,
        128,
        TO,
        |input: &_, pixel, unit, to| convolved(input, pixel, unit, to, 8, [4, 4]),
        |stream, planes| conv_2d_units_s8(not_in_ram!(window(8, TO, [4, 4])), stream, planes)
    );
    layer!(
        report,
        "depthwise_4x4x16",
        [16, 9, 272, 1],
        256,
        256,
        TO_5,
        |input: &_, pixel, unit, to| convolved(input, pixel, unit, to, 1, [4, 4]),
        |stream, planes| depthwise_conv_2d_3x3_units_s8(
            not_in_ram!(window(16, TO_5, [4, 4])),
            stream,
            planes
        )
    );
    layer!(
        report,
        "depthwise_6x12x8",
        [8, 9, 136, 1],
        576,
        576,
        TO_5,
        |input: &_, pixel, unit, to| convolved(input, pixel, unit, to, 1, [6, 12]),
        |stream, planes| depthwise_conv_2d_3x3_units_s8(
            not_in_ram!(window(8, TO_5, [6, 12])),
            stream,
            planes
        )
    );
}
