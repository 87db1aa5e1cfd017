//! Reads handwritten digits and prints what it sees to the serial port, at 57600 baud.
#![no_std]
#![no_main]

mod serial;

use avr_device::atmega328p::Peripherals;
use avr_progmem::progmem;
use core::convert::Infallible;
use panic_halt as _;
use pictures::{LABELS, PIXELS, SIDE, ink};
use serial::Serial;
use static_cell::ConstStaticCell;
use tiny_model::tiny_model;
use ufmt::{uwrite, uwriteln};

tiny_model!("../../digits/digits.tflite"); // defines `pub struct Digits`; the path is relative to this file

/// All memory of the model. In a static, so that the linker knows whether it fits.
static DIGITS: ConstStaticCell<Digits> = ConstStaticCell::new(Digits::new());

progmem! {
    /// In flash. All other constants are copied to the 2048 bytes of RAM at start-up, text too.
    static progmem PICTURES: [[i8; PIXELS]; 4] = pictures::PICTURES;
}

#[avr_device::entry]
fn main() -> ! {
    if let Some(peripherals) = Peripherals::take() {
        let mut serial = Serial::new(peripherals.USART0);
        let _ = read_digits(DIGITS.take(), &mut serial); // a serial port takes everything
        serial.flush();
    }
    loop {
        avr_device::asm::sleep(); // for good, as interrupts are off
    }
}

fn read_digits(digits: &mut Digits, serial: &mut Serial) -> Result<(), Infallible> {
    uwriteln!(serial, "Digits: {} bytes of RAM, {} of constants\r", Digits::RAM, Digits::FLASH)?;
    for (picture, label) in PICTURES.iter().zip(LABELS) {
        *digits.input_mut() = picture;
        draw(digits.input_mut(), serial)?;
        let scores = digits.run();
        uwriteln!(serial, "scores {:?}\r", scores)?;
        uwriteln!(serial, "it reads {}, and it is {}\r\n\r", likeliest(scores), label)?;
    }
    Ok(())
}

fn draw(picture: &[i8], serial: &mut Serial) -> Result<(), Infallible> {
    for row in picture.chunks(SIDE) {
        for &pixel in row {
            uwrite!(serial, "{}{}", ink(pixel), ink(pixel))?;
        }
        uwriteln!(serial, "\r")?;
    }
    Ok(())
}

/// The index of the highest score.
fn likeliest(scores: &[i8]) -> usize {
    let indexed = scores.iter().enumerate();
    indexed.max_by_key(|&(_, score)| score).map_or(0, |(index, _)| index)
}
