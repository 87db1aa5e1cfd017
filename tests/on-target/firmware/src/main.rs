//! One firmware for every board: start-up, a line to the host, and measuring around any [`program`].
#![no_std]
#![no_main]

#[cfg_attr(target_arch = "arm", path = "board/arm.rs")]
#[cfg_attr(target_arch = "riscv32", path = "board/riscv.rs")]
#[cfg_attr(target_arch = "avr", path = "board/avr.rs")]
mod board;
mod guard;
mod report;
mod stack;

// `mod program;`, with the path of the file that the harness was asked for.
include!(concat!(env!("OUT_DIR"), "/program_module.rs"));

use core::panic::PanicInfo;

pub use guard::Guarded;
use report::Host;
pub use report::Report;

/// Where each board's start-up code goes once memory is set up.
#[unsafe(no_mangle)]
extern "C" fn main() -> ! {
    let mut host = Host::connect();
    // What this counts is the cost of measuring; the harness takes it off what follows.
    host.measure("nothing", || ());
    program::run(&mut host);
    board::exit(0)
}

/// Says that it panicked but not where: the message and the formatting code would be a large part of a small
/// firmware's flash.
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    fail(b"panicked")
}

/// Ends the run as failed.
fn fail(reason: &[u8]) -> ! {
    board::print(b"fail ");
    board::print(reason);
    board::print(b"\n");
    board::exit(1)
}
