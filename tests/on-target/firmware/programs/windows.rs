//! Depthwise convolutions whose windows of 3x3 are done a channel at a time, beside what they are by definition: all kinds
//! of borders, all numbers of bits, sums that are near the next output and sums that leave two bytes, and memory that is
//! shared with the input or not. What is counted are outputs that are wrong; one layer is measured.

mod made_up;

use crate::Report;
use kernels::planes::{Overlap, Planes};
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{WindowUnits, depthwise_conv_2d_3x3_stride_2_units_s8, depthwise_conv_2d_3x3_units_s8};
use made_up::{USUAL, bias, constant, output, random, seen, stream, weight};
use tiny_model::__private::{flash::FlashBytes, kernels, not_in_ram};

const CHANNELS: usize = 6;
const OTHER: u32 = 20;

constant!(AS_OTHERS: CHANNELS * (9 + 8), stream(CHANNELS, 9, 1, USUAL));
constant!(ALL_MAGNITUDES: CHANNELS * (9 + 8), stream(CHANNELS, 9, 1, OTHER));

const INPUTS: usize = 12 * 12 * CHANNELS;
const OUTPUTS: usize = 6 * 6 * CHANNELS;
const MEMORY: usize = INPUTS + OUTPUTS;

/// An output by definition.
#[inline(never)]
fn defined(p: &WindowUnits, input: impl Fn(usize) -> i8, at: usize, salt: u32) -> i8 {
    let (unit, pixel) = (at % CHANNELS, at / CHANNELS);
    let mut sum = bias(unit, salt);
    for tap in 0..9 {
        let seen = seen(p, pixel, tap, unit, &input);
        sum += i32::from(weight(unit, tap, 9, salt)) * i32::from(seen);
    }
    output(unit, salt, sum, p.output)
}

#[inline(never)]
fn convolve(p: &WindowUnits, salt: u32, planes: Planes<'_, i8>) {
    let stream = if salt == USUAL { AS_OTHERS.view() } else { ALL_MAGNITUDES.view() };
    match p.window.x.stride {
        1 => depthwise_conv_2d_3x3_units_s8(p, stream, planes),
        _ => depthwise_conv_2d_3x3_stride_2_units_s8(p, stream, planes),
    }
}

fn element(i: usize, salt: usize) -> i8 {
    random(i, salt as u32) as i8
}

/// Outputs that are wrong, with memory apart, and with the input behind the output.
fn wrong(p: &WindowUnits, salt: u32, memory: &mut [i8; MEMORY]) -> usize {
    let Window { y, x, .. } = p.window;
    let (inputs, outputs) = (y.input * x.input * CHANNELS, y.output * x.output * CHANNELS);
    let mut count = 0;
    for shared in [false, true] {
        // Far enough that no row is written before it is read.
        let start = if shared { x.input * CHANNELS * 2 } else { outputs };
        for (i, place) in memory[start..][..inputs].iter_mut().enumerate() {
            *place = element(i, inputs);
        }
        if shared {
            let overlap = Overlap { input: start, input_len: inputs, output: 0, output_len: outputs };
            convolve(p, salt, Planes::overlapped(&mut memory[..start + inputs], overlap));
        } else {
            let (output, input) = memory.split_at_mut(outputs);
            convolve(p, salt, Planes::apart(&input[..inputs], output));
        }
        let is_wrong = |&at: &usize| memory[at] != defined(p, |i| element(i, inputs), at, salt);
        count += (0..outputs).filter(is_wrong).count();
    }
    count
}

const fn axis(input: usize, pad: usize, stride: usize, output: usize) -> Axis {
    Axis { input, pad, taps: 3, dilation: 1, stride, output }
}

const STRIDED: WindowUnits = WindowUnits {
    window: Window { y: axis(12, 0, 2, 6), x: axis(12, 0, 2, 6), channels: CHANNELS, units: CHANNELS },
    padding: -7,
    output: Narrow { bits: 31, zero_point: -5, least: -128, greatest: 127 },
};

/// Axes with a stride of 1, with and without padding on either side, and with one of 2.
const BY_ONE: [Axis; 5] =
    [axis(2, 1, 1, 2), axis(3, 1, 1, 3), axis(4, 0, 1, 2), axis(4, 1, 1, 3), axis(4, 0, 1, 3)];
const BY_TWO: [Axis; 6] = [
    axis(2, 0, 2, 1),
    axis(2, 1, 2, 1),
    axis(3, 1, 2, 2),
    axis(3, 0, 2, 1),
    axis(4, 0, 2, 2),
    axis(6, 1, 2, 3),
];

pub fn run(report: &mut impl Report) {
    let mut memory = [0; MEMORY];
    for (i, x) in memory[OUTPUTS..].iter_mut().enumerate() {
        *x = element(i, INPUTS);
    }
    let (output, input) = memory.split_at_mut(OUTPUTS);
    // What the compiler of a model knows is known here too.
    report.measure("depthwise_stride_2", || {
        let planes = Planes::apart(&*input, &mut *output);
        depthwise_conv_2d_3x3_stride_2_units_s8(not_in_ram!(STRIDED), AS_OTHERS.view(), planes);
    });
    let is_wrong = |&at: &usize| memory[at] != defined(&STRIDED, |i| element(i, INPUTS), at, USUAL);
    report.output("wrong", &[(0..OUTPUTS).filter(is_wrong).count() as u8]);

    let mut p = STRIDED;
    for bits in 25..33 {
        let mut all = 0;
        p.output = Narrow { bits, zero_point: [-128, -5, 0, 77, 127][bits as usize % 5], ..p.output };
        p.padding = [-128, 0, -7, 127][bits as usize % 4];
        for (i, y) in BY_ONE.into_iter().enumerate() {
            (p.window.y, p.window.x) = (y, BY_ONE[(i + bits as usize) % 2]);
            all += wrong(&p, OTHER, &mut memory);
        }
        for (i, y) in BY_TWO.into_iter().enumerate() {
            (p.window.y, p.window.x) = (y, BY_TWO[(i + bits as usize) % 6]);
            all += wrong(&p, OTHER, &mut memory);
        }
        report.output("wrong", &[all as u8]);
    }
}
