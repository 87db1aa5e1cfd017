//! What the boards that QEMU plays have in common: semihosting and the places where measured work begins and ends.
//!
//! Semihosting is an instruction at which the processor stops, and the emulator (or a debugger) does what is asked
//! for in two registers: <https://github.com/ARM-software/abi-aa/blob/main/semihosting/semihosting.rst>

use core::arch::asm;

use super::semihosting_call;
use crate::fail;

const SYS_OPEN: usize = 0x01;
const SYS_WRITEC: usize = 0x03;
const SYS_READ: usize = 0x06;
const SYS_EXIT_EXTENDED: usize = 0x20;

const READ_BINARY: usize = 1;
const NO_HANDLE: usize = usize::MAX;
const APPLICATION_EXIT: usize = 0x2_0026;

pub fn print(bytes: &[u8]) {
    for byte in bytes {
        semihosting_call(SYS_WRITEC, core::ptr::from_ref(byte).cast());
    }
}

pub fn exit(code: u8) -> ! {
    let status = [APPLICATION_EXIT, usize::from(code)];
    semihosting_call(SYS_EXIT_EXTENDED, status.as_ptr());
    loop {}
}

/// Where the start-up code goes on an exception.
pub extern "C" fn fault() -> ! {
    fail(b"processor fault")
}

/// The file `input` of the folder where the emulator runs.
pub struct Input {
    handle: usize,
}

impl Input {
    pub fn open() -> Self {
        let name = c"input";
        let question = [name.as_ptr() as usize, READ_BINARY, name.count_bytes()];
        match semihosting_call(SYS_OPEN, question.as_ptr()) {
            NO_HANDLE => fail(b"the host has no file named input"),
            handle => Self { handle },
        }
    }

    /// Returns how many bytes it read, which is less than asked for only at the end.
    pub fn read(&mut self, bytes: &mut [u8]) -> usize {
        let question = [self.handle, bytes.as_mut_ptr() as usize, bytes.len()];
        let not_read = semihosting_call(SYS_READ, question.as_ptr());
        bytes.len().saturating_sub(not_read)
    }
}

/// Executed right before measured work; the plugin knows its address. The comments in the assembly keep the
/// optimizer from merging it with [`on_target_end`].
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn on_target_begin() {
    // SAFETY: no instruction.
    unsafe { asm!("/* begin */") };
}

/// Executed right after measured work.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn on_target_end() {
    // SAFETY: no instruction.
    unsafe { asm!("/* end */") };
}
