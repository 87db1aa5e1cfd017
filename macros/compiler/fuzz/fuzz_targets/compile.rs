//! Any bytes at all: see `check.rs`. `./run` builds and runs it on a stable toolchain; `cargo fuzz run
//! compile` works too.

#![no_main]

mod check;
mod mutate;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| check::check(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::model(data, size, seed).unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
