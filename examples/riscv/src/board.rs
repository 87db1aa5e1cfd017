//! QEMU's machine `virt`: a serial port of the kind 16550, and a register that ends the emulation. On a chip, its HAL
//! takes the place of this file.

use core::fmt;

const SERIAL_DATA: *mut u8 = 0x1000_0000 as *mut u8;
const SERIAL_STATUS: *const u8 = 0x1000_0005 as *const u8;
const CAN_TAKE_A_BYTE: u8 = 1 << 5;

const FINISHER: *mut u32 = 0x10_0000 as *mut u32;
const PASSED: u32 = 0x5555;

/// The serial port.
pub struct Serial;

impl fmt::Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            // SAFETY: registers of the serial port, which nothing else uses.
            unsafe {
                while SERIAL_STATUS.read_volatile() & CAN_TAKE_A_BYTE == 0 {}
                SERIAL_DATA.write_volatile(byte);
            }
        }
        Ok(())
    }
}

/// Ends the emulation.
pub fn exit() -> ! {
    // SAFETY: the machine has this register there, and it does nothing else.
    unsafe { FINISHER.write_volatile(PASSED) };
    loop {
        riscv::asm::wfi();
    }
}
