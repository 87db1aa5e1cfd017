//! Depthwise convolutions whose windows of 3x3 are done a channel at a time, as `windows` has them, but with an output that
//! lies over the input, as near as may be, and with several units of a channel. What is counted are outputs that are wrong,
//! and whole layers are measured.

mod made_up;

use crate::Report;
use kernels::planes::{Overlap, Planes};
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{
    WindowUnits, depthwise_conv_2d_3x3_stride_2_units_s8 as by_two, depthwise_conv_2d_3x3_units_s8 as by_one,
};
use made_up::{USUAL, bias, constant, output, random, seen, stream, weight};
use tiny_model::__private::{flash::FlashBytes, kernels, not_in_ram};

/// Layers may have less.
const UNITS: usize = 8;
constant!(UNITS_ONE_BY_ONE: UNITS * (9 + 8), stream(UNITS, 9, 1, USUAL));

const MEMORY: usize = 8 * 8 * 4 + 8 * 8 * 8;

const fn inputs(window: &Window) -> usize {
    window.y.input * window.x.input * window.channels
}
const fn outputs(window: &Window) -> usize {
    window.y.output * window.x.output * window.units
}

/// An output by definition.
#[inline(never)]
fn defined(p: &WindowUnits, at: usize) -> i8 {
    let Window { channels, units, .. } = p.window;
    let (unit, pixel, multiplier) = (at % units, at / units, units / channels);
    let channel = unit / multiplier;
    // In the stream come the first units of all channels before the second ones.
    let unit = unit % multiplier * channels + channel;
    let mut sum = bias(unit, USUAL);
    for tap in 0..9 {
        let seen = seen(p, pixel, tap, channel, element);
        sum += i32::from(weight(unit, tap, 9, USUAL)) * i32::from(seen);
    }
    output(unit, USUAL, sum, p.output)
}

fn element(i: usize) -> i8 {
    random(i, 216) as i8
}

/// Where a layer lies.
#[derive(Clone, Copy)]
enum Lies {
    Apart,
    Below,
    Above,
}

/// Where the image and the output of a layer lie in memory.
const fn overlap(p: &WindowUnits, lies: Lies) -> Overlap {
    let (input_len, output_len) = (inputs(&p.window), outputs(&p.window));
    let reach = p.reach(output_len);
    let (input, output) = match lies {
        Lies::Apart => (output_len, 0),
        Lies::Below => (reach.below, 0),
        Lies::Above => (0, reach.above),
    };
    Overlap { input, input_len, output, output_len }
}

/// Fills the image.
#[inline(never)] // there is little flash
fn begin(at: Overlap, memory: &mut [i8; MEMORY]) {
    for (i, place) in memory.iter_mut().skip(at.input).take(at.input_len).enumerate() {
        *place = element(i);
    }
}

/// What a layer works on.
#[inline(always)]
fn planes(lies: Lies, at: Overlap, memory: &mut [i8; MEMORY]) -> Planes<'_, i8> {
    if let Lies::Apart = lies {
        let (output, input) = memory.split_at_mut_checked(at.output_len).unwrap_or_default();
        Planes::apart(input.get(..at.input_len).unwrap_or(&[]), output)
    } else {
        Planes::overlapped(memory, at)
    }
}

/// How many outputs are wrong.
#[inline(never)]
fn wrong(p: &WindowUnits, at: Overlap, memory: &[i8; MEMORY]) -> u8 {
    let outputs = memory.iter().skip(at.output).take(at.output_len).enumerate();
    outputs.filter(|&(at, &y)| y != defined(p, at)).count().min(255) as u8
}

/// Does a layer, and tells how many outputs are wrong.
#[inline(never)]
fn check(p: &WindowUnits, lies: Lies, memory: &mut [i8; MEMORY]) -> u8 {
    let at = overlap(p, lies);
    begin(at, memory);
    let (planes, stream) = (planes(lies, at, memory), UNITS_ONE_BY_ONE.view());
    match p.window.x.stride {
        1 => by_one(p, stream, planes),
        _ => by_two(p, stream, planes),
    }
    wrong(p, at, memory)
}

const fn axis(input: usize, pad: usize, stride: usize, output: usize) -> Axis {
    Axis { input, pad, taps: 3, dilation: 1, stride, output }
}

const fn layer(y: Axis, x: Axis, channels: usize, multiplier: usize) -> WindowUnits {
    let window = Window { y, x, channels, units: channels * multiplier };
    let output = Narrow { bits: 31, zero_point: -5, least: -128, greatest: 127 };
    WindowUnits { window, padding: -7, output }
}

const fn same(len: usize) -> Axis {
    axis(len, 1, 1, len)
}

/// Layers with a stride of 1, and with one of 2, with and without padding on either side, and some whose rows are not as far
/// apart as their columns.
const BY_ONE: [WindowUnits; 5] = [
    layer(axis(2, 1, 1, 2), same(3), 6, 1),
    layer(axis(4, 0, 1, 2), same(2), 3, 2),
    layer(axis(4, 1, 1, 3), same(5), 1, 3),
    layer(axis(4, 0, 1, 3), same(3), 2, 3),
    layer(axis(7, 1, 2, 4), same(4), 2, 2),
];
const BY_TWO: [WindowUnits; 5] = [
    layer(axis(2, 0, 2, 1), axis(3, 1, 2, 2), 4, 1),
    layer(axis(4, 0, 2, 2), axis(4, 0, 2, 2), 3, 2),
    layer(axis(5, 1, 2, 3), axis(6, 1, 2, 3), 1, 3),
    layer(axis(6, 0, 2, 3), axis(2, 1, 2, 1), 2, 4),
    layer(axis(4, 1, 1, 4), axis(5, 0, 2, 2), 2, 1),
];

/// Measures a layer. What the compiler of a model knows is known here too.
macro_rules! measure {
    ($report:ident, $memory:ident, $name:literal, $kernel:ident, $layer:expr, $lies:ident) => {{
        const LAYER: WindowUnits = $layer;
        const AT: Overlap = overlap(&LAYER, Lies::$lies);
        begin(AT, &mut $memory);
        $report.measure($name, || {
            let planes = planes(Lies::$lies, AT, &mut $memory);
            $kernel(not_in_ram!(LAYER), UNITS_ONE_BY_ONE.view(), planes)
        });
        $report.output($name, &[wrong(&LAYER, AT, &$memory)]);
    }};
}

pub fn run(report: &mut impl Report) {
    let mut memory = [0; MEMORY];
    const BY_TWO_OF_12: Axis = axis(12, 0, 2, 6);
    measure!(report, memory, "shared_6x12x6", by_one, layer(same(6), same(12), 6, 1), Below);
    measure!(report, memory, "shared_4x4x6", by_one, layer(same(4), same(4), 6, 1), Above);
    measure!(report, memory, "shared_stride_2", by_two, layer(BY_TWO_OF_12, BY_TWO_OF_12, 4, 1), Below);
    measure!(report, memory, "8x8x4_times_2", by_one, layer(same(8), same(8), 4, 2), Apart);
    measure!(report, memory, "shared_8x8x1_times_8", by_one, layer(same(8), same(8), 1, 8), Above);
    measure!(report, memory, "stride_2_times_2", by_two, layer(BY_TWO_OF_12, BY_TWO_OF_12, 3, 2), Apart);

    for lies in [Lies::Apart, Lies::Below, Lies::Above] {
        for p in not_in_ram!(BY_ONE) {
            report.output("wrong", &[check(p, lies, &mut memory)]);
        }
        for p in not_in_ram!(BY_TWO) {
            report.output("wrong", &[check(p, lies, &mut memory)]);
        }
    }
}
