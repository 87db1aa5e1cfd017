//! Outputs of four sums on processors whose products have 32 bits, in all forms, beside what specifies them: both give the
//! same. Constants and sums are made up; all stay within the bounds that the compiler proves.

use crate::Report;
use tiny_model::__private::flash::{Flash, FlashBytes};
use tiny_model::inner::portable;

/// Fours of units with each form.
const FOURS: usize = 40;
const BYTES: usize = FOURS * portable::FOUR_CONSTANTS * 4;

const fn noise(at: u32) -> u32 {
    let mixed = (at.wrapping_add(77)).wrapping_mul(2654435761);
    (mixed ^ mixed >> 15).wrapping_mul(2246822519) >> 3
}

/// The word of a unit in which its bias, multiplier, exponent or offset is.
const fn word(at: usize, form: i32) -> i32 {
    let random = noise(at as u32 ^ 0x5000) as i32;
    let unit = (at / 4) as i32;
    let is_short = form & portable::SHORT != 0;
    // Products of 28 bits, so that outputs are within their eight bits, and beyond.
    let exponent = if is_short { 18 + unit % 4 } else { 3 + unit % 9 };
    match at % 4 {
        0 if is_short => random % 20_000,
        0 => random % 20_000 * 2,
        1 if is_short => (0x800 + unit * 13) << 16 | random & 0xfff,
        1 => 1 << 30 | random,
        2 if is_short => exponent | 10 << 8 | form,
        2 => exponent,
        _ => (1 << (exponent - 1)) + ((random & 0xff) - 128 << exponent),
    }
}

const fn constants(form: i32) -> [u8; BYTES] {
    let mut out = [0; BYTES];
    let mut at = 0;
    while at < BYTES {
        out[at] = (word(at / 4, form) >> (8 * (at % 4))) as u8;
        at += 1;
    }
    out
}

macro_rules! constant {
    ($name:ident = $form:expr) => {
        #[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
        static $name: FlashBytes<BYTES> = FlashBytes::new(&constants($form));
    };
}

/// Sums of 20 bits and less, and 0.
fn sums(round: u32) -> [i32; 4] {
    [0, 1, 2, 3].map(|lane| {
        let random = noise(round * 4 + lane);
        let magnitude = (random as i32 & 0x3_ffff) >> (random >> 20 & 15);
        if random >> 18 & 1 == 1 { -magnitude } else { magnitude }
    })
}

/// How many fours of sums have the same outputs, and whether enough of these are within the limits.
fn same(constants: Flash<'_, i32>, expected: impl Fn(Flash<'_, i32>, [i32; 4]) -> [i8; 4]) -> [u32; 2] {
    let mut counts = [0; 2];
    for round in 0..FOURS as u32 * 8 {
        let four = (round as usize % FOURS) * portable::FOUR_CONSTANTS;
        let constants = constants.range(four, portable::FOUR_CONSTANTS);
        let sums = core::hint::black_box(sums(round));
        let expected = expected(constants, sums);
        let found: [i8; 4] = tiny_model::__by_backend! {
            v6m { tiny_model::inner::outputs_of_sums(constants, sums) }
            else { expected }
        };
        counts[0] += u32::from(found == expected);
        counts[1] += found.iter().filter(|&&y| y != -128 && y != 127).count() as u32;
    }
    // A quarter of them says something: it is not at a limit.
    [counts[0], u32::from(counts[1] >= FOURS as u32 * 8)]
}

/// The outputs of all fours, as the processor's own loops compute them.
fn all(constants: Flash<'_, i32>) {
    for four in 0..FOURS {
        let constants = constants.range(four * portable::FOUR_CONSTANTS, portable::FOUR_CONSTANTS);
        let sums = core::hint::black_box([9, -99, 999, -9999]);
        core::hint::black_box(tiny_model::__by_backend! {
            v6m { tiny_model::inner::outputs_of_sums(constants, sums) }
            else { portable::outputs_of_sums(constants, sums) }
        });
    }
}

pub fn run(report: &mut impl Report) {
    constant!(FULL = 0);
    constant!(SHORT = portable::SHORT);
    constant!(SIGNED = portable::SHORT | portable::SIGNED);
    report.output("full", &same(FULL.view(), portable::outputs_of_sums));
    report.output("short", &same(SHORT.view(), portable::short_outputs_of_sums));
    report.output("signed", &same(SIGNED.view(), portable::short_outputs_of_sums));
    report.measure("full", || all(FULL.view()));
    report.measure("short", || all(SHORT.view()));
    report.measure("signed", || all(SIGNED.view()));
}
