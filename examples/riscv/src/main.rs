//! Reads handwritten digits and prints what it sees to a serial port.
#![no_std]
#![no_main]

mod board;

use board::Serial;
use core::fmt::{self, Write};
use panic_halt as _;
use pictures::{LABELS, PICTURES, SIDE, ink};
use riscv_rt::entry;
use static_cell::ConstStaticCell;
use tiny_model::tiny_model;

tiny_model!("../../digits/digits.tflite"); // defines `pub struct Digits`; the path is relative to this file

/// All memory of the model. In a static, so that the linker knows whether it fits.
static DIGITS: ConstStaticCell<Digits> = ConstStaticCell::new(Digits::new());

#[entry]
fn main() -> ! {
    let digits = DIGITS.take();
    // A serial port takes everything.
    let _ = read_digits(digits, &mut Serial);
    board::exit()
}

fn read_digits(digits: &mut Digits, out: &mut impl Write) -> fmt::Result {
    writeln!(
        out,
        "Digits: {} bytes of RAM, {} of constants, {} MACs",
        Digits::RAM,
        Digits::FLASH,
        Digits::MACS
    )?;
    for (picture, label) in PICTURES.iter().zip(LABELS) {
        draw(picture, out)?;
        let scores = digits.infer(picture);
        writeln!(out, "scores {scores:?}")?;
        writeln!(out, "it reads {}, and it is {label}\n", likeliest(scores))?;
    }
    Ok(())
}

fn draw(picture: &[i8], out: &mut impl Write) -> fmt::Result {
    for row in picture.chunks(SIDE) {
        for &pixel in row {
            write!(out, "{0}{0}", ink(pixel))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The index of the highest score.
fn likeliest(scores: &[i8]) -> usize {
    let indexed = scores.iter().enumerate();
    indexed.max_by_key(|&(_, score)| score).map_or(0, |(index, _)| index)
}
