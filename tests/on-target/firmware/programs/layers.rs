//! Whole layers whose constants are one stream, beside what they are by definition: what is measured tells what each
//! product takes on AVR. Weights and inputs are made up.

mod made_up;

use crate::Report;
use kernels::planes::Planes;
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{
    RowUnits, WindowUnits, conv_2d_units_s8, depthwise_conv_2d_3x3_units_s8, fully_connected_units_s8,
};
use made_up::{USUAL, bias, constant, output, random, seen, stream, weight};
use tiny_model::__private::{
    flash::{Flash, FlashBytes},
    kernels, not_in_ram,
};

fn fill(input: &mut [i8], salt: u32) {
    for (i, x) in input.iter_mut().enumerate() {
        *x = random(i, salt) as i8;
    }
}

/// An output of a fully connected layer by definition.
#[inline(never)]
fn connected(input: &[i8], at: usize, p: &RowUnits) -> i8 {
    let unit = at % p.units;
    let term = |(i, &x): (usize, &i8)| i32::from(weight(unit, i, input.len(), USUAL)) * i32::from(x);
    output(unit, USUAL, bias(unit, USUAL) + input.iter().enumerate().map(term).sum::<i32>(), p.output)
}

/// One of a convolution with so many channels in each group, and as many groups as there are units or one.
#[inline(never)]
fn convolved(input: &[i8], at: usize, p: &WindowUnits, group: usize) -> i8 {
    let (unit, pixel) = (at % p.window.units, at / p.window.units);
    let mut sum = bias(unit, USUAL);
    for term in 0..9 * group {
        let channel = term % group + if group == 1 { unit } else { 0 };
        let seen = seen(p, pixel, term / group, channel, |i| input[i]);
        sum += i32::from(weight(unit, term, 9 * group, USUAL)) * i32::from(seen);
    }
    output(unit, USUAL, sum, p.output)
}

macro_rules! layer {
    ($report:ident, $name:literal, [$units:literal, $terms:literal, $block:literal], $inputs:literal, $outputs:literal,
     $layer:ident: $type:ty = $value:expr, $defined:expr, |$stream:ident, $planes:ident| $work:expr) => {{
        constant!(STREAM: $units * ($terms + 8), stream($units, $terms, $block, USUAL));
        const $layer: $type = $value;
        let (mut input, mut output) = ([0i8; $inputs], [1i8; $outputs]);
        for salt in [0, 9, 77] {
            fill(&mut input, salt);
            let $stream: Flash<i8> = STREAM.view();
            // What the compiler of a model knows is known here too.
            $report.measure($name, || {
                let $planes = Planes::apart(&input, &mut output);
                $work
            });
            let right = output.iter().enumerate().all(|(at, &y)| y == $defined(&input, at, &$layer));
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
    layer!(
        report,
        "fc_64_16",
        [16, 64, 4],
        64,
        16,
        P: RowUnits = RowUnits { depth: 64, units: 16, output: TO },
        connected,
        |stream, planes| fully_connected_units_s8(not_in_ram!(P), stream, planes)
    );
    layer!(
        report,
        "fc_16_5",
        [5, 16, 4],
        16,
        5,
        P: RowUnits = RowUnits { depth: 16, units: 5, output: TO_5 },
        connected,
        |stream, planes| fully_connected_units_s8(not_in_ram!(P), stream, planes)
    );
    layer!(
        report,
        "conv_3x3_8_8",
        [8, 72, 4],
        128,
        128,
        P: WindowUnits = window(8, TO, [4, 4]),
        |input: &_, at, p: &_| convolved(input, at, p, 8),
        |stream, planes| conv_2d_units_s8(not_in_ram!(P), stream, planes)
    );
    layer!(
        report,
        "depthwise_4x4x16",
        [16, 9, 1],
        256,
        256,
        P: WindowUnits = window(16, TO_5, [4, 4]),
        |input: &_, at, p: &_| convolved(input, at, p, 1),
        |stream, planes| depthwise_conv_2d_3x3_units_s8(not_in_ram!(P), stream, planes)
    );
    layer!(
        report,
        "depthwise_6x12x8",
        [8, 9, 1],
        576,
        576,
        P: WindowUnits = window(8, TO_5, [6, 12]),
        |input: &_, at, p: &_| convolved(input, at, p, 1),
        |stream, planes| depthwise_conv_2d_3x3_units_s8(not_in_ram!(P), stream, planes)
    );
}
