//! ATmega328P in the simulator `avr_run`, which answers at the three general purpose I/O registers: they exist
//! for a program's own use, take a cycle and need no set-up. avr-libc brings the start-up code.

const GPIOR0: *mut u8 = 0x3e as *mut u8; // write: a marker
const GPIOR1: *mut u8 = 0x4a as *mut u8; // write: ends the run with this code; read: is there more input?
const GPIOR2: *mut u8 = 0x4b as *mut u8; // write: a byte to the host; read: a byte from the host
const BEGIN: u8 = 1;
const END: u8 = 2;
const STACK_POINTER: *const u16 = 0x5d as *const u16;

pub fn print(bytes: &[u8]) {
    for &byte in bytes {
        // SAFETY: a register without effect on the machine.
        unsafe { GPIOR2.write_volatile(byte) };
    }
}

pub fn exit(code: u8) -> ! {
    // SAFETY: a register without effect on the machine.
    unsafe { GPIOR1.write_volatile(code) };
    loop {}
}

/// The program's input file.
pub struct Input;

impl Input {
    pub fn open() -> Self {
        Self
    }

    /// Returns how many bytes it read, which is less than asked for only at the end.
    pub fn read(&mut self, bytes: &mut [u8]) -> usize {
        let mut count = 0;
        // SAFETY: registers without effect on the machine.
        while count < bytes.len() && unsafe { GPIOR1.read_volatile() } != 0 {
            bytes[count] = unsafe { GPIOR2.read_volatile() };
            count += 1;
        }
        count
    }
}

#[inline(always)]
pub fn stack_pointer() -> usize {
    // SAFETY: reads a register.
    usize::from(unsafe { STACK_POINTER.read_volatile() })
}

/// Executed right before measured work.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn on_target_begin() {
    // SAFETY: a register without effect on the machine.
    unsafe { GPIOR0.write_volatile(BEGIN) };
}

/// Executed right after measured work.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn on_target_end() {
    // SAFETY: a register without effect on the machine.
    unsafe { GPIOR0.write_volatile(END) };
}
