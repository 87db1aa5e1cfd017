//! Depthwise convolutions whose windows of 3x3 are done a channel at a time, beside what they are by definition: all kinds
//! of borders, all numbers of bits, sums that are near the next output and sums that leave two bytes, and memory that is
//! shared with the input or not. What is counted are outputs that are wrong; one layer is measured.

use crate::Report;
use kernels::planes::{Overlap, Planes};
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{WindowUnits, depthwise_conv_2d_3x3_stride_2_units_s8, depthwise_conv_2d_3x3_units_s8};
use tiny_model::__private::{flash::FlashBytes, kernels, not_in_ram};

const CHANNELS: usize = 6;
const UNIT: usize = 3 + 9 + 5;
const STREAM: usize = CHANNELS * UNIT;
/// With this the constants of a layer as others are.
const USUAL: u32 = 8;

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
const fn weight(unit: usize, tap: usize, salt: u32) -> i8 {
    let w = random(unit * 9 + tap, salt + 2) as u8 as i8;
    if salt == USUAL { w >> 1 } else { w }
}
const fn multiplier(unit: usize, salt: u32) -> u32 {
    random(unit, salt + 3) & 0xff_ffff | 0x80_0000 >> (unit % 3)
}
const fn edge(unit: usize, salt: u32) -> u32 {
    if unit % 4 == 0 { 0xffff } else { random(unit, salt + 4) & 0xffff }
}

const fn stream(salt: u32) -> [u8; STREAM] {
    let mut out = [0; STREAM];
    let mut unit = 0;
    while unit < CHANNELS {
        let (b, m, e) = (bias(unit, salt), multiplier(unit, salt), edge(unit, salt));
        let at = unit * UNIT;
        out[at] = b as u8;
        out[at + 1] = (b >> 8) as u8;
        out[at + 2] = ((b >> 16) + (b >> 15 & 1)) as u8;
        let mut tap = 0;
        while tap < 9 {
            out[at + 3 + tap] = weight(unit, tap, salt) as u8;
            tap += 1;
        }
        let scale = [(m >> 8) as u8, (m >> 16) as u8, m as u8, e as u8, (e >> 8) as u8];
        let mut i = 0;
        while i < 5 {
            out[at + 12 + i] = scale[i];
            i += 1;
        }
        unit += 1;
    }
    out
}

const OTHER: u32 = 20;

#[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
static AS_OTHERS: FlashBytes<STREAM> = FlashBytes::new(&stream(USUAL));
#[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
static ALL_MAGNITUDES: FlashBytes<STREAM> = FlashBytes::new(&stream(OTHER));

const INPUTS: usize = 12 * 12 * CHANNELS;
const OUTPUTS: usize = 6 * 6 * CHANNELS;
const MEMORY: usize = INPUTS + OUTPUTS;

/// An output by definition.
#[inline(never)]
fn defined(p: &WindowUnits, input: impl Fn(usize) -> i8, at: usize, salt: u32) -> i8 {
    let (Window { y, x, .. }, to) = (p.window, p.output);
    let (unit, pixel) = (at % CHANNELS, at / CHANNELS);
    let mut sum = bias(unit, salt);
    for tap in 0..9 {
        let row = (pixel / x.output * y.stride + tap / 3).wrapping_sub(y.pad);
        let column = (pixel % x.output * x.stride + tap % 3).wrapping_sub(x.pad);
        let is_inside = row < y.input && column < x.input;
        let element = if is_inside { input((row * x.input + column) * CHANNELS + unit) } else { p.padding };
        sum += i32::from(weight(unit, tap, salt)) * i32::from(element);
    }
    let product = u64::from(sum.unsigned_abs()) * u64::from(multiplier(unit, salt));
    let half = 1u64 << (to.bits - 1);
    let value = ((product + u64::from(edge(unit, salt) << 8) + half) >> to.bits).min(1 << 20) as i32;
    (if sum < 0 { -value } else { value } + to.zero_point).clamp(to.least, to.greatest) as i8
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
