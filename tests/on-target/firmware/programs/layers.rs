//! Whole layers whose constants are one stream, beside the same layers with a loop for each unit: both give the same, and
//! what is measured tells what a stream saves on AVR. Weights and inputs are made up.

use crate::Report;
use tiny_model::__private::{flash::{Flash, FlashBytes}, kernels, not_in_ram};
use kernels::conv_2d::{Conv2d, FullyConnected, conv_2d_contiguous_narrow_s8};
use kernels::fully_connected::fully_connected_narrow_s8;
use kernels::planes::Planes;
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{RowUnits, WindowUnits, conv_2d_units_s8, fully_connected_units_s8};

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

const fn weights<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = weight(i) as u8;
        i += 1;
    }
    out
}
const fn biases<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = (bias(i / 4) >> (8 * (i % 4))) as u8;
        i += 1;
    }
    out
}
const fn scales<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = (scale(i / 4) >> (8 * (i % 4))) as u8;
        i += 1;
    }
    out
}
const fn edges<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = edge(i);
        i += 1;
    }
    out
}
const fn stream<const N: usize>(units: usize, terms: usize) -> [u8; N] {
    let mut out = [0; N];
    let (mut at, mut unit) = (0, 0);
    while unit < units {
        let side = if unit + 4 <= units { 4 } else { 1 };
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

macro_rules! layer {
    ($report:ident, $name:literal, $units:literal, $terms:literal, [$w:literal, $b:literal, $s:literal], $inputs:literal, $outputs:literal,
     |$weights:ident, $bias:ident, $scales:ident, $edges:ident, $planes:ident| $old:expr, |$stream:ident, $planes2:ident| $new:expr) => {{
        constant!(WEIGHTS: $w = weights());
        constant!(BIAS: $b = biases());
        constant!(SCALES: $b = scales());
        constant!(EDGES: $units = edges());
        constant!(STREAM: $s = stream($units, $terms));
        let mut input = [0i8; $inputs];
        let (mut a, mut b) = ([0i8; $outputs], [1i8; $outputs]);
        for salt in [0, 9, 77] {
            fill(&mut input, salt);
            {
                let ($weights, $bias, $scales, $edges): (Flash<i8>, Flash<i32>, Flash<i32>, Flash<i8>) = (WEIGHTS.view(), BIAS.view(), SCALES.view(), EDGES.view());
                $report.measure(concat!($name, " before"), || {
                    let $planes = Planes::apart(&input, &mut a);
                    $old
                });
            }
            {
                let $stream: Flash<i8> = STREAM.view();
                // What the compiler of a model knows is known here too.
                $report.measure($name, || {
                    let $planes2 = Planes::apart(&input, &mut b);
                    $new
                });
            }
            $report.output($name, &[(a == b) as u8]);
        }
    }};
}

const fn axis(input: usize, pad: usize, taps: usize, output: usize) -> Axis {
    Axis { input, pad, taps, dilation: 1, stride: 1, output }
}

const TO: Narrow = Narrow { bits: 34, zero_point: 5, least: -128, greatest: 127 };
const TO_5: Narrow = Narrow { bits: 31, zero_point: -5, least: -128, greatest: 127 };

pub fn run(report: &mut impl Report) {
    layer!(report, "fc_64_16", 16, 64, [1024, 64, 1152], 64, 16,
        |w, b, s, e, planes| fully_connected_narrow_s8(not_in_ram!(FullyConnected { depth: 64, units: 16, output: TO }), w, b, s, e, planes),
        |stream, planes| fully_connected_units_s8(not_in_ram!(RowUnits { depth: 64, units: 16, output: TO }), stream, planes));
    layer!(report, "fc_16_5", 5, 16, [80, 20, 120], 16, 5,
        |w, b, s, e, planes| fully_connected_narrow_s8(not_in_ram!(FullyConnected { depth: 16, units: 5, output: TO_5 }), w, b, s, e, planes),
        |stream, planes| fully_connected_units_s8(not_in_ram!(RowUnits { depth: 16, units: 5, output: TO_5 }), stream, planes));
    const WINDOW: Window = Window { y: axis(4, 1, 3, 4), x: axis(4, 1, 3, 4), channels: 8, units: 8 };
    layer!(report, "conv_3x3_8_8", 8, 72, [576, 32, 640], 128, 128,
        |w, b, s, e, planes| conv_2d_contiguous_narrow_s8(not_in_ram!(Conv2d { window: WINDOW, depth: 8, group: 8, padding: -7, output: TO }), w, b, s, e, planes),
        |stream, planes| conv_2d_units_s8(not_in_ram!(WindowUnits { window: WINDOW, padding: -7, output: TO }), stream, planes));
}
