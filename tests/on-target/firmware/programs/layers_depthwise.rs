//! A depthwise convolution whose constants are one stream, and what it is by definition: what is measured tells what each
//! product and each output take on AVR. Weights and inputs are made up.

use crate::Report;
use tiny_model::__private::{flash::FlashBytes, kernels, not_in_ram};
use kernels::planes::Planes;
use kernels::shapes::{Axis, Narrow, Window};
use kernels::units::{WindowUnits, depthwise_conv_2d_units_s8};

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

const fn axis(input: usize, pad: usize, taps: usize, output: usize) -> Axis {
    Axis { input, pad, taps, dilation: 1, stride: 1, output }
}

const TO_5: Narrow = Narrow { bits: 31, zero_point: -5, least: -128, greatest: 127 };

/// What a depthwise convolution is by definition: one output of it.
fn defined(input: &[i8; 288], at: [i8; 2], unit: usize) -> i8 {
    let mut sum = bias(unit);
    for tap in 0..9i8 {
        let [y, x] = [at[0] + tap / 3 - 1, at[1] + tap % 3 - 1];
        let is_inside = (0..4).contains(&y) && (0..4).contains(&x);
        let x = if is_inside { input[(y * 4 + x) as usize * 18 + unit] } else { -7 };
        sum += i32::from(weight(unit * 9 + tap as usize)) * i32::from(x);
    }
    let [multiplier, upper] = [scale(unit) & 0xff_ffff, scale(unit) >> 24];
    let edge = upper << 16 | u32::from(edge(unit)) << 8;
    let product = u64::from(sum.unsigned_abs()) * u64::from(multiplier) + u64::from(edge) + (1 << 30);
    let value = (product >> 31) as i32;
    (if sum < 0 { -value } else { value } - 5).clamp(-128, 127) as i8
}

pub fn run(report: &mut impl Report) {
    const WINDOW: Window = Window { y: axis(4, 1, 3, 4), x: axis(4, 1, 3, 4), channels: 18, units: 18 };
    constant!(STREAM: 306 = stream(18, 9));
    let (mut input, mut output) = ([0i8; 288], [0i8; 288]);
    for salt in [0, 9, 77] {
        fill(&mut input, salt);
        let planes = Planes::apart(&input, &mut output);
        report.measure("3x3_18", || {
            depthwise_conv_2d_units_s8(not_in_ram!(WindowUnits { window: WINDOW, padding: -7, output: TO_5 }), STREAM.view(), planes)
        });
        let right = output.iter().enumerate().all(|(i, &y)| {
            let (pixel, unit) = ((i / 18) as i8, i % 18);
            y == defined(&input, [pixel / 4, pixel % 4], unit)
        });
        report.output("3x3_18", &[right as u8]);
    }
}
