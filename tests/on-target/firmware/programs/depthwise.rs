//! Depthwise convolutions of windows of any size, beside what they are by definition: first layers that are measured, then
//! windows of twelve taps of many forms, with all numbers of bits, sums of all sizes, and memory that is shared with the
//! input or not. What is put out are numbers of outputs that are wrong.

use crate::Report;
use kernels::planes::{Overlap, Planes};
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{WindowUnits, depthwise_conv_2d_units_s8};
use tiny_model::__private::{
    flash::{Flash, FlashBytes},
    kernels, not_in_ram,
};

/// With this the constants of a layer as others are.
const USUAL: u32 = 8;
const OTHER: u32 = 20;
const PADDING: i8 = -7;

const fn random(at: usize, salt: u32) -> u32 {
    let x = (at as u32 + 1).wrapping_mul(2654435761).wrapping_add(salt.wrapping_mul(2246822519));
    let x = (x ^ x >> 15).wrapping_mul(2246822519);
    (x ^ x >> 13).wrapping_mul(3266489917) >> 3
}
/// Of the channels of a layer as others are, two bytes; of others all magnitudes.
const fn bias(unit: usize, salt: u32) -> i32 {
    let bits = if salt == USUAL { 13 } else { 14 + unit as u32 };
    let magnitude = (random(unit, salt) & ((1 << bits) - 1)) as i32;
    if random(unit, salt + 1) & 1 == 0 { magnitude } else { -magnitude }
}
/// Of layers as others are, less the more taps there are, so that sums are as theirs.
const fn weight(unit: usize, tap: usize, terms: usize, salt: u32) -> i8 {
    let w = random(unit * terms + tap, salt + 2) as u8 as i8;
    if salt == USUAL { w >> (1 + (terms > 16) as u32) } else { w }
}
const fn multiplier(unit: usize, salt: u32) -> u32 {
    random(unit, salt + 3) & 0xff_ffff | 0x80_0000 >> (unit % 3)
}
const fn edge(unit: usize, salt: u32) -> u32 {
    if unit % 4 == 0 { 0xffff } else { random(unit, salt + 4) & 0xffff }
}

const fn stream<const N: usize>(terms: usize, salt: u32) -> [u8; N] {
    let mut out = [0; N];
    let (mut at, mut unit) = (0, 0);
    while at < N {
        let (b, m, e) = (bias(unit, salt), multiplier(unit, salt), edge(unit, salt));
        let bias = [b as u8, (b >> 8) as u8, ((b >> 16) + (b >> 15 & 1)) as u8];
        let scale = [(m >> 8) as u8, (m >> 16) as u8, m as u8, e as u8, (e >> 8) as u8];
        let mut i = 0;
        while i < 8 + terms {
            out[at + i] = if i < 3 {
                bias[i]
            } else if i < 3 + terms {
                weight(unit, i - 3, terms, salt) as u8
            } else {
                scale[i - 3 - terms]
            };
            i += 1;
        }
        at += 8 + terms;
        unit += 1;
    }
    out
}

macro_rules! constant {
    ($name:ident: $len:literal = $bytes:expr) => {
        #[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
        static $name: FlashBytes<$len> = FlashBytes::new(&$bytes);
    };
}

constant!(ALL_MAGNITUDES: 120 = stream(12, OTHER));

/// An output by definition.
#[inline(never)]
fn defined(p: &WindowUnits, at: usize, salt: u32) -> i8 {
    let (Window { y, x, channels, units }, to) = (p.window, p.output);
    let (unit, pixel, terms) = (at % units, at / units, y.taps * x.taps);
    let channel = unit * channels / units;
    let mut sum = bias(unit, salt);
    for tap in 0..terms {
        let row = (pixel / x.output * y.stride + tap / x.taps * y.dilation).wrapping_sub(y.pad);
        let column = (pixel % x.output * x.stride + tap % x.taps * x.dilation).wrapping_sub(x.pad);
        let is_inside = row < y.input && column < x.input;
        let element =
            if is_inside { element((row * x.input + column) * channels + channel) } else { p.padding };
        sum += i32::from(weight(unit, tap, terms, salt)) * i32::from(element);
    }
    // Four bits of the multiplier lie where the edge ends.
    let multiplier = u64::from(multiplier(unit, salt) << 4 | edge(unit, salt) & 15);
    let product = u64::from(sum.unsigned_abs()) * multiplier >> 4;
    let half = 1u64 << (to.bits - 1);
    let value = ((product + u64::from(edge(unit, salt) << 8) + half) >> to.bits).min(1 << 20) as i32;
    (if sum < 0 { -value } else { value } + to.zero_point).clamp(to.least, to.greatest) as i8
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
    ($report:ident, $memory:ident, $name:literal, $shared:expr, $len:literal, $layer:expr) => {{
        const P: WindowUnits = $layer;
        constant!(STREAM: $len = stream(P.window.y.taps * P.window.x.taps, USUAL));
        const OUTPUTS: usize = P.window.y.output * P.window.x.output * P.window.units;
        const BEFORE: usize = if let Shared::No = $shared { OUTPUTS } else { P.reach(OUTPUTS).below };
        let (planes, output) = planes(&P, ($shared, BEFORE), &mut $memory);
        let stream: Flash<'_, i8> = STREAM.view();
        // What the compiler of a model knows is known here too.
        $report.measure($name, || depthwise_conv_2d_units_s8(not_in_ram!(P), stream, planes));
        $report.output($name, &[wrong(&P, USUAL, &$memory[output..]) as u8]);
    }};
}

/// One layer of many, and what is wrong with it.
#[inline(never)]
fn check(number: usize, memory: &mut [i8; MEMORY]) -> usize {
    let mut digit = 0;
    let mut one_of = |choices: usize| {
        digit += 1;
        random(number, 100 + digit) as usize % choices
    };
    let [rows, columns] = [[3, 4], [4, 3], [2, 6], [6, 2], [12, 1], [1, 12]][number % 6];
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
    let mut all = 0;
    let (inputs, outputs) = (y[0] * x[0] * channels, y[5] * x[5] * units);
    for shared in [(Shared::No, outputs), (Shared::Forward, outputs), (Shared::Backward, inputs)] {
        let (planes, output) = planes(&p, shared, memory);
        depthwise_conv_2d_units_s8(&p, ALL_MAGNITUDES.view(), planes);
        all += wrong(&p, OTHER, &memory[output..]);
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
    measured!(report, memory, "5x5", Shared::No, 165, layer(FIVE, FIVE, 5, 5));
    measured!(report, memory, "5x5_shared", Shared::Forward, 264, layer(FIVE, FIVE, 8, 8));
    measured!(report, memory, "5x5_stride_2", Shared::No, 132, layer(FIVE_BY_TWO, FIVE_BY_TWO, 4, 4));
    measured!(report, memory, "3x3_dilation_2", Shared::No, 85, layer(DILATED, DILATED, 5, 5));
    measured!(
        report,
        memory,
        "10x8_stride_2_multiplier_8",
        Shared::No,
        704,
        layer([16, 4, 10, 1, 2, 8], [14, 3, 8, 1, 2, 7], 1, 8)
    );
    measured!(report, memory, "4x4", Shared::No, 120, layer(FOUR, FOUR, 5, 5));
    measured!(report, memory, "3x1", Shared::No, 55, layer(THREE, ONE, 5, 5));
    measured!(report, memory, "1x3", Shared::No, 55, layer(ONE, THREE, 5, 5));
    for first in (0..96).step_by(6) {
        let all: usize = (first..first + 6).map(|number| check(number, &mut memory)).sum();
        report.output("wrong", &[all.min(255) as u8]);
    }
}
