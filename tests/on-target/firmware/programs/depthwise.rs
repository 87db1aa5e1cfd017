//! Depthwise convolutions of windows of any size, beside what they are by definition: first layers that are measured, then
//! windows of twelve taps of many forms, with all numbers of bits, sums of all sizes, and memory that is shared with the
//! input or not. What is put out are numbers of outputs that are wrong.

mod made_up;

use crate::Report;
use kernels::planes::{Overlap, Planes};
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{WindowUnits, depthwise_conv_2d_3x3_dilated_units_s8, depthwise_conv_2d_units_s8};
use made_up::{FINE, USUAL, bias, constant, output, random, seen, stream, weight};
use tiny_model::__private::{
    flash::{Flash, FlashBytes},
    kernels, not_in_ram,
};

const PADDING: i8 = -7;

constant!(ALL_MAGNITUDES: 6 * (12 + 8), stream(6, 12, 1, FINE));

/// An output by definition.
#[inline(never)]
fn defined(p: &WindowUnits, at: usize, salt: u32) -> i8 {
    let Window { y, x, channels, units } = p.window;
    let (unit, pixel, terms) = (at % units, at / units, y.taps * x.taps);
    let mut sum = bias(unit, salt);
    for tap in 0..terms {
        let seen = seen(p, pixel, tap, unit * channels / units, element);
        sum += i32::from(weight(unit, tap, terms, salt)) * i32::from(seen);
    }
    output(unit, salt, sum, p.output)
}

fn element(i: usize) -> i8 {
    random(i, 1) as i8
}

const MEMORY: usize = 720;

/// Which memory is shared.
#[derive(Clone, Copy, PartialEq)]
enum Shared {
    No,
    Forward,
    Backward,
}

/// The planes of a layer, whose input is there, and where its output begins. Shared memory begins so far before the other.
#[inline(never)]
fn planes<'a>(
    p: &WindowUnits,
    (shared, before): (Shared, usize),
    memory: &'a mut [i8; MEMORY],
) -> (Planes<'a, i8>, usize) {
    let Window { y, x, channels, units } = p.window;
    let (input_len, output_len) = (y.input * x.input * channels, y.output * x.output * units);
    let (input, output) = if shared == Shared::Backward { (0, before) } else { (before, 0) };
    let memory = &mut memory[..(input + input_len).max(output + output_len)];
    for (i, place) in memory[input..][..input_len].iter_mut().enumerate() {
        *place = element(i);
    }
    let planes = match shared {
        Shared::No => {
            let (output, input) = memory.split_at_mut(output_len);
            Planes::apart(input, output)
        }
        _ => Planes::overlapped(memory, Overlap { input, input_len, output, output_len }),
    };
    (planes, output)
}

/// Outputs that are wrong.
#[inline(never)]
fn wrong(p: &WindowUnits, salt: u32, output: &[i8]) -> usize {
    let len = p.window.y.output * p.window.x.output * p.window.units;
    output[..len].iter().enumerate().filter(|&(at, &y)| y != defined(p, at, salt)).count()
}

const fn axis([input, pad, taps, dilation, stride, output]: [usize; 6]) -> Axis {
    Axis { input, pad, taps, dilation, stride, output }
}

const fn layer(y: [usize; 6], x: [usize; 6], channels: usize, units: usize) -> WindowUnits {
    let window = Window { y: axis(y), x: axis(x), channels, units };
    let output = Narrow { bits: 32, zero_point: -5, least: -128, greatest: 127 };
    WindowUnits { window, padding: PADDING, output }
}

macro_rules! measured {
    ($report:ident, $memory:ident, $name:literal, $shared:expr, $layer:expr) => {{
        const P: WindowUnits = $layer;
        const TAPS: usize = P.window.y.taps * P.window.x.taps;
        constant!(STREAM: P.window.units * (TAPS + 8), stream(P.window.units, TAPS, 1, USUAL));
        const OUTPUTS: usize = P.window.y.output * P.window.x.output * P.window.units;
        const BEFORE: usize = if let Shared::No = $shared { OUTPUTS } else { P.reach(OUTPUTS).below };
        let (planes, output) = planes(&P, ($shared, BEFORE), &mut $memory);
        let stream: Flash<'_, i8> = STREAM.view();
        // What the compiler of a model knows is known here too.
        $report.measure($name, || match P.window.x.dilation {
            1 => depthwise_conv_2d_units_s8(not_in_ram!(P), stream, planes),
            _ => depthwise_conv_2d_3x3_dilated_units_s8(not_in_ram!(P), stream, planes),
        });
        $report.output($name, &[wrong(&P, USUAL, &$memory[output..]) as u8]);
    }};
}

/// One layer of many.
#[inline(never)] // its stack is free again
fn one_of_many(number: usize) -> WindowUnits {
    let mut digit = 0;
    let mut one_of = |choices: usize| {
        digit += 1;
        random(number, 100 + digit) as usize % choices
    };
    let [rows, columns] = [[4, 3], [2, 6], [6, 2], [12, 1], [1, 12]][(number + number / 5) % 5];
    let mut side = |taps: usize| {
        let (stride, dilation) = (1 + one_of(3), 1 + one_of(2));
        let window = (taps - 1) * dilation + 1;
        let before = one_of(window);
        let outputs = 1 + one_of(5);
        let seen = (outputs - 1) * stride + window;
        // As much padding behind as before, or more or less.
        let input = seen.saturating_sub(before + one_of(before + 1)).max(1);
        [input, before, taps, dilation, stride, outputs]
    };
    let (y, x) = (side(rows), side(columns));
    // The larger have one channel.
    let forms =
        if y[0] * x[0] < 160 { [[3, 3], [1, 5], [2, 4], [1, 1]] } else { [[1, 5], [1, 1], [1, 4], [1, 3]] };
    let [channels, units] = forms[one_of(4)];
    let mut p = layer(y, x, channels, units);
    let bits = 25 + number as u32 % 15;
    p.output = Narrow { bits, zero_point: [-128, -5, 0, 77, 127][number % 5], ..p.output };
    p.padding = [-128, 0, -7, 127][number % 4];
    p
}

/// What is wrong with it.
#[inline(never)]
fn check(p: &WindowUnits, memory: &mut [i8; MEMORY]) -> usize {
    let Window { y, x, channels, units } = p.window;
    if y.taps == 3 {
        return 1; // There is no memory here for the loops over rows of 3x3, so rustc is told that they are not needed.
    }
    let mut all = 0;
    let (inputs, outputs) = (y.input * x.input * channels, y.output * x.output * units);
    for shared in [(Shared::No, outputs), (Shared::Forward, outputs), (Shared::Backward, inputs)] {
        let (planes, output) = planes(p, shared, memory);
        depthwise_conv_2d_units_s8(p, ALL_MAGNITUDES.view(), planes);
        all += wrong(p, FINE, &memory[output..]);
    }
    all
}

pub fn run(report: &mut impl Report) {
    const FIVE: [usize; 6] = [8, 2, 5, 1, 1, 8];
    const FIVE_BY_TWO: [usize; 6] = [12, 1, 5, 1, 2, 6];
    const DILATED: [usize; 6] = [8, 2, 3, 2, 1, 8];
    const FOUR: [usize; 6] = [8, 1, 4, 1, 1, 8];
    const THREE: [usize; 6] = [8, 1, 3, 1, 1, 8];
    const ONE: [usize; 6] = [8, 0, 1, 1, 1, 8];
    let mut memory = [0; MEMORY];
    measured!(report, memory, "5x5", Shared::No, layer(FIVE, FIVE, 5, 5));
    measured!(report, memory, "5x5_shared", Shared::Forward, layer(FIVE, FIVE, 8, 8));
    measured!(report, memory, "5x5_stride_2", Shared::No, layer(FIVE_BY_TWO, FIVE_BY_TWO, 4, 4));
    measured!(report, memory, "3x3_dilation_2", Shared::No, layer(DILATED, DILATED, 5, 5));
    measured!(
        report,
        memory,
        "10x8_stride_2_multiplier_8",
        Shared::No,
        layer([16, 4, 10, 1, 2, 8], [14, 3, 8, 1, 2, 7], 1, 8)
    );
    measured!(report, memory, "4x4", Shared::No, layer(FOUR, FOUR, 5, 5));
    measured!(report, memory, "3x1", Shared::No, layer(THREE, ONE, 5, 5));
    measured!(report, memory, "1x3", Shared::No, layer(ONE, THREE, 5, 5));
    for first in (0..96).step_by(6) {
        let all: usize = (first..first + 6).map(|number| check(&one_of_many(number), &mut memory)).sum();
        report.output("wrong", &[all.min(255) as u8]);
    }
}
