//! Constants and inputs that programs make up for layers whose units are in one stream, and what their outputs are by
//! definition.

use tiny_model::__private::kernels::{shapes::Narrow, units::WindowUnits};

/// With this the constants of a layer as others are: sums have two bytes. With others they have all magnitudes.
pub const USUAL: u32 = 8;
/// The same with multipliers some of which are finer than others.
pub const USUAL_AND_FINE: u32 = 11;
/// All magnitudes, and all multipliers finer.
pub const FINE: u32 = 40;

pub const fn random(at: usize, salt: u32) -> u32 {
    let x = (at as u32 + 1).wrapping_mul(2654435761).wrapping_add(salt.wrapping_mul(2246822519));
    let x = (x ^ x >> 15).wrapping_mul(2246822519);
    (x ^ x >> 13).wrapping_mul(3266489917) >> 3
}
const fn is_usual(salt: u32) -> bool {
    salt == USUAL || salt == USUAL_AND_FINE
}
pub const fn bias(unit: usize, salt: u32) -> i32 {
    let bits = if is_usual(salt) { 13 } else { 14 + unit as u32 };
    let magnitude = (random(unit, salt) & ((1 << bits) - 1)) as i32;
    if random(unit, salt + 1) & 1 == 0 { magnitude } else { -magnitude }
}
/// Of layers as others are, less the more terms there are, so that sums are as theirs.
pub const fn weight(unit: usize, term: usize, terms: usize, salt: u32) -> i8 {
    let w = random(unit * terms + term, salt + 2) as u8 as i8;
    if is_usual(salt) { w >> (1 + (terms > 16) as u32) } else { w }
}
const fn multiplier(unit: usize, salt: u32) -> u32 {
    random(unit, salt + 3) & 0xff_ffff | 0x80_0000 >> (unit % 3)
}
const fn edge(unit: usize, salt: u32) -> u32 {
    let edge = if unit % 4 == 0 { 0xffff } else { random(unit, salt + 4) & 0xffff };
    if salt == FINE || salt == USUAL_AND_FINE && unit % 3 == 0 { edge } else { edge & 0xfff0 }
}

/// So many units, as many of them side by side as one block has, and what is left over one by one.
pub const fn stream<const N: usize>(units: usize, terms: usize, block: usize, salt: u32) -> [u8; N] {
    let mut out = [0; N];
    let (mut at, mut first) = (0, 0);
    while first < units {
        let side = if first + block <= units { block } else { 1 };
        let mut i = 0;
        while i < side {
            let b = bias(first + i, salt);
            let bytes = [b as u8, (b >> 8) as u8, ((b >> 16) + (b >> 15 & 1)) as u8];
            at = put(&mut out, at, &bytes);
            i += 1;
        }
        i = 0;
        while i < side * terms {
            at = put(&mut out, at, &[weight(first + i % side, i / side, terms, salt) as u8]);
            i += 1;
        }
        i = 0;
        while i < side {
            let (m, e) = (multiplier(first + i, salt), edge(first + i, salt));
            let bytes = [(m >> 8) as u8, (m >> 16) as u8, m as u8, e as u8, (e >> 8) as u8];
            at = put(&mut out, at, &bytes);
            i += 1;
        }
        first += side;
    }
    out
}

const fn put(out: &mut [u8], at: usize, bytes: &[u8]) -> usize {
    let mut i = 0;
    while i < bytes.len() {
        out[at + i] = bytes[i];
        i += 1;
    }
    at + i
}

/// A constant in flash.
macro_rules! constant {
    ($name:ident: $len:expr, $bytes:expr) => {
        #[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
        static $name: FlashBytes<{ $len }> = FlashBytes::new(&$bytes);
    };
}
pub(crate) use constant;

/// What a tap of a pixel's window sees of a channel.
#[inline(never)] // there is little flash
pub fn seen(p: &WindowUnits, pixel: usize, tap: usize, channel: usize, input: impl Fn(usize) -> i8) -> i8 {
    let (y, x) = (p.window.y, p.window.x);
    let row = (pixel / x.output * y.stride + tap / x.taps * y.dilation).wrapping_sub(y.pad);
    let column = (pixel % x.output * x.stride + tap % x.taps * x.dilation).wrapping_sub(x.pad);
    let is_inside = row < y.input && column < x.input;
    if is_inside { input((row * x.input + column) * p.window.channels + channel) } else { p.padding }
}

/// What becomes of a sum by definition.
#[inline(never)]
pub fn output(unit: usize, salt: u32, sum: i32, to: Narrow) -> i8 {
    // Four bits of the multiplier lie where the edge ends.
    let multiplier = u64::from(multiplier(unit, salt) << 4 | edge(unit, salt) & 15);
    let product = u64::from(sum.unsigned_abs()) * multiplier >> 4;
    let half = 1u64 << (to.bits - 1);
    let value = ((product + u64::from(edge(unit, salt) << 8) + half) >> to.bits).min(1 << 20) as i32;
    (if sum < 0 { -value } else { value } + to.zero_point).clamp(to.least, to.greatest) as i8
}
