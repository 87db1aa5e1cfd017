//! Puts the program that the harness chose into the firmware, and tells the linker where the board has memory.

use std::{env, fs, path::PathBuf};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let program = from_harness("ON_TARGET_PROGRAM");
    let module = format!("#[path = {program:?}]\nmod program;\n");
    fs::write(out.join("program_module.rs"), module).expect("OUT_DIR can be written to");

    let flash = from_harness("ON_TARGET_FLASH");
    let ram = from_harness("ON_TARGET_RAM");
    let flash = region(&flash);
    let ram = region(&ram);
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("avr") {
        // avr-gcc has a script and start-up code of its own, for the largest controller of a family.
        println!("cargo::rustc-link-arg-bins=-Wl,--defsym=__TEXT_REGION_LENGTH__={}", flash.1);
        println!("cargo::rustc-link-arg-bins=-Wl,--defsym=__DATA_REGION_LENGTH__={}", ram.1);
    } else {
        let line = |name, (origin, length)| format!("  {name} : ORIGIN = {origin}, LENGTH = {length}\n");
        let memory = format!("MEMORY\n{{\n{}{}}}\n", line("FLASH", flash), line("RAM", ram));
        fs::write(out.join("memory.x"), memory).expect("OUT_DIR can be written to");
        println!("cargo::rustc-link-search={}", out.display());
        println!("cargo::rustc-link-arg-bins=-T{}/link.x", env!("CARGO_MANIFEST_DIR"));
        println!("cargo::rerun-if-changed=link.x");
    }
    println!("cargo::rerun-if-changed=build.rs");
}

fn from_harness(variable: &str) -> String {
    println!("cargo::rerun-if-env-changed={variable}");
    env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: this crate is built by `cargo run -p on-target`"))
}

/// Origin and length.
fn region(words: &str) -> (&str, &str) {
    words.split_once(' ').expect("two numbers")
}
