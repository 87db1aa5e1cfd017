//! The serial port that the Uno's USB plug leads to.

use avr_device::atmega328p::USART0;
use core::convert::Infallible;
use ufmt::uWrite;

const CLOCK: u32 = 16_000_000;
const BAUD: u32 = 57_600;
/// Of the clock, to the nearest, in double-speed mode.
const DIVISOR: u16 = ((CLOCK / 4 / BAUD - 1) / 2) as u16;

/// Writes text; waits while the port is busy.
pub struct Serial(USART0);

impl Serial {
    pub fn new(port: USART0) -> Self {
        port.ubrr0().write(|register| register.set(DIVISOR));
        port.ucsr0a().write(|register| register.u2x0().set_bit());
        port.ucsr0b().write(|register| register.txen0().set_bit());
        Self(port)
    }

    pub fn write(&mut self, byte: u8) {
        while self.0.ucsr0a().read().udre0().bit_is_clear() {}
        // Cleared by writing it: the byte is the last one so far.
        self.0.ucsr0a().modify(|_, register| register.txc0().set_bit());
        self.0.udr0().write(|register| register.set(byte));
    }

    /// Waits until the last byte has left.
    pub fn flush(&mut self) {
        while self.0.ucsr0a().read().txc0().bit_is_clear() {}
    }
}

impl uWrite for Serial {
    type Error = Infallible;

    fn write_str(&mut self, text: &str) -> Result<(), Infallible> {
        text.bytes().for_each(|byte| self.write(byte));
        Ok(())
    }
}
