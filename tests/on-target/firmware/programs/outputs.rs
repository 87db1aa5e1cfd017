//! What units in one stream make of their sums, beside what that is by definition: all numbers of bits, sums that are near
//! the next output and sums that are far beyond the last. What is counted are outputs that are wrong.

use crate::Report;
use kernels::planes::Planes;
use kernels::shapes::Narrow;
use kernels::units::{RowUnits, fully_connected_units_s8};
use tiny_model::__private::{flash::FlashBytes, kernels};

const UNITS: usize = 128;
const INPUTS: usize = 2;
/// With these they are measured: those of layers of some dozens of products.
const BITS: u32 = 31;
const STREAM: usize = UNITS * (3 + INPUTS + 5);
/// With one product.
const SHORT_STREAM: usize = UNITS * (3 + 1 + 5);

const fn random(unit: usize, salt: u32) -> u32 {
    let x = (unit as u32 + 1).wrapping_mul(2654435761).wrapping_add(salt.wrapping_mul(2246822519));
    let x = (x ^ x >> 15).wrapping_mul(2246822519);
    (x ^ x >> 13).wrapping_mul(3266489917) >> 3
}
/// All magnitudes, or those of two bytes with room for a product.
const fn bias(unit: usize, is_short: bool) -> i32 {
    let magnitude = (random(unit, 1) & 0x3f_ffff) as i32 >> (random(unit, 2) % 18);
    let magnitude = if is_short { magnitude & 0x3fff } else { magnitude };
    if random(unit, 3) & 1 == 0 { magnitude } else { -magnitude }
}
const fn weight(unit: usize, input: usize) -> i8 {
    random(unit, 4 + input as u32) as i8
}
const fn multiplier(unit: usize) -> u32 {
    (random(unit, 6) & 0xff_ffff) | if unit % 4 == 0 { 0 } else { 0x80_0000 }
}
/// Some multipliers of layers with all sums are finer than others.
const fn edge(unit: usize, is_short: bool) -> u32 {
    let edge = if unit % 16 == 0 { 0xffff } else { random(unit, 7) & 0xffff };
    if !is_short && unit % 4 < 2 { edge } else { edge & 0xfff0 }
}

const fn stream<const N: usize>(inputs: usize) -> [u8; N] {
    let mut out = [0; N];
    let (mut at, mut unit) = (0, 0);
    while unit < UNITS {
        let mut lane = 0;
        while lane < 4 {
            let b = bias(unit + lane, inputs == 1);
            out[at] = b as u8;
            out[at + 1] = (b >> 8) as u8;
            out[at + 2] = ((b >> 16) + (b >> 15 & 1)) as u8;
            at += 3;
            lane += 1;
        }
        let mut i = 0;
        while i < inputs {
            let mut lane = 0;
            while lane < 4 {
                out[at] = weight(unit + lane, i) as u8;
                at += 1;
                lane += 1;
            }
            i += 1;
        }
        let mut lane = 0;
        while lane < 4 {
            let m = multiplier(unit + lane);
            let e = edge(unit + lane, inputs == 1);
            out[at] = (m >> 8) as u8;
            out[at + 1] = (m >> 16) as u8;
            out[at + 2] = m as u8;
            out[at + 3] = e as u8;
            out[at + 4] = (e >> 8) as u8;
            at += 5;
            lane += 1;
        }
        unit += 4;
    }
    out
}

#[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
static CONSTANTS: FlashBytes<STREAM> = FlashBytes::new(&stream(INPUTS));
#[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
static SHORT: FlashBytes<SHORT_STREAM> = FlashBytes::new(&stream(1));

/// An output by definition.
fn defined(unit: usize, input: &[i8], bits: u32, zero_point: i32) -> i8 {
    let mut sum = bias(unit, input.len() == 1);
    for (i, &x) in input.iter().enumerate() {
        sum += i32::from(weight(unit, i)) * i32::from(x);
    }
    let edge = edge(unit, input.len() == 1);
    // Four bits of the multiplier lie where the edge ends.
    let multiplier = u64::from(multiplier(unit) << 4 | edge & 15);
    let product = u64::from(sum.unsigned_abs()) * multiplier >> 4;
    let value = ((product + u64::from(edge << 8) + (1 << (bits - 1))) >> bits) as i32;
    (if sum < 0 { -value } else { value } + zero_point).clamp(-128, 127) as i8
}

fn wrong(report: &mut impl Report, bits: u32, zero_point: i32, salt: u32) -> usize {
    let input = [random(bits as usize, salt) as i8, random(bits as usize, salt + 1) as i8];
    let mut output = [0; UNITS];
    let output_of = Narrow { bits, zero_point, least: -128, greatest: 127 };
    let p = RowUnits { depth: INPUTS, units: UNITS, output: output_of };
    let infer =
        |output: &mut [i8]| fully_connected_units_s8(&p, CONSTANTS.view(), Planes::apart(&input, output));
    if bits == BITS {
        report.measure("outputs_31", || infer(&mut output));
    } else {
        infer(&mut output);
    }
    (0..UNITS).filter(|&unit| output[unit] != defined(unit, &input, bits, zero_point)).count()
}

/// The same for sums of two bytes, as nearly all are.
fn wrong_of_short(report: &mut impl Report) -> usize {
    let (input, mut output, zero_point) = ([77], [0; UNITS], -5);
    let to = Narrow { bits: BITS, zero_point, least: -128, greatest: 127 };
    let p = RowUnits { depth: 1, units: UNITS, output: to };
    report.measure("short_outputs_31", || {
        fully_connected_units_s8(&p, SHORT.view(), Planes::apart(&input, &mut output))
    });
    (0..UNITS).filter(|&unit| output[unit] != defined(unit, &input, BITS, zero_point)).count()
}

pub fn run(report: &mut impl Report) {
    let wrong_of_short = wrong_of_short(report) as u8;
    report.output("wrong", &[wrong_of_short]);
    for bits in 25..40 {
        let mut all = 0;
        for (salt, zero_point) in [-128, -5, 0, 77, 127].into_iter().enumerate() {
            all += wrong(report, bits, zero_point, 10 + 2 * salt as u32);
        }
        report.output("wrong", &[all as u8]);
    }
}
