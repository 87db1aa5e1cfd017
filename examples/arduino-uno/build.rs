//! Tells the linker how much memory an ATmega328P has: its own scripts are for the largest controller of a family.

const FLASH: u32 = 32 * 1024 - 512; // the boot loader has the rest
const RAM: u32 = 2 * 1024;
/// What must be left for the stack.
const STACK: u32 = 512;

fn main() {
    println!("cargo::rustc-link-arg-bins=-Wl,--defsym=__TEXT_REGION_LENGTH__={FLASH}");
    println!("cargo::rustc-link-arg-bins=-Wl,--defsym=__DATA_REGION_LENGTH__={}", RAM - STACK);
    println!("cargo::rerun-if-changed=build.rs");
}
