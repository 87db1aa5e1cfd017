//! Has the linker use the memory of the board that was chosen, and the scripts of cortex-m-rt and defmt.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let is_on = |feature: &str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    let memory = match (is_on("MICROBIT"), is_on("NRF52840_DK")) {
        (true, false) => "memory-microbit.x",
        (false, true) => "memory-nrf52840-dk.x",
        _ => panic!("choose one board: the feature `microbit` or `nrf52840-dk`, and --no-default-features"),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::copy(memory, out.join("memory.x")).expect("OUT_DIR can be written to");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    if is_on("NRF52840_DK") {
        println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    }
    println!("cargo::rerun-if-changed={memory}");
    println!("cargo::rerun-if-changed=build.rs");
}
