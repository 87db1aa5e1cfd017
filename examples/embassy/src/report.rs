//! Where reports go: to the emulator or debugger that runs a micro:bit, to the log of an nRF52840-DK.

#[cfg(feature = "microbit")]
pub use cortex_m_semihosting::hprintln as report;
#[cfg(feature = "nrf52840-dk")]
pub use defmt::info as report;

#[cfg(feature = "nrf52840-dk")]
use defmt_rtt as _;
#[cfg(feature = "nrf52840-dk")]
use panic_probe as _;
#[cfg(feature = "microbit")]
use panic_semihosting as _;

/// Ends the emulation, or what the debugger waits for. The tasks of a product have no end.
#[cfg(feature = "microbit")]
pub fn end() {
    use cortex_m_semihosting::debug::{EXIT_SUCCESS, exit};
    exit(EXIT_SUCCESS);
}

#[cfg(feature = "nrf52840-dk")]
pub fn end() {
    cortex_m::asm::bkpt();
}
