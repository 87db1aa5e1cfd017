//! What a model is optimized for changes how it is computed, and never its outputs: each model that gets other kernels
//! runs with these, in the portable form of their arithmetic, and with those that everybody gets.

mod models;

use models::{all, each, macs, outputs};
use std::path::Path;
use tiny_model_compiler::{Optimize, Options, Program, analyze_with};

/// Inferences of each program. What is kept from one to the next shows in the second.
const RUNS: u64 = 2;
/// Larger models run once, and those that are larger still take too long.
const MANY_MACS: usize = 5_000_000;
const MOST_MACS: usize = 20_000_000;
/// What is optimized for, and the backend whose kernels for it run here.
const OTHERS: [(Optimize, &str); 2] = [(Optimize::Speed, "dsp"), (Optimize::Size, "avr")];

/// The program with the kernels of a backend, as far as they run here.
fn compile(bytes: &[u8], optimize: Optimize, backend: &str) -> Option<Program> {
    let (mut program, _) = analyze_with(bytes, &Options { optimize, ..Options::default() }).ok()?;
    program.take_variants(backend);
    Some(program)
}

fn kernels(program: &Program) -> Vec<&'static str> {
    program.calls.iter().map(|call| call.kernel).collect()
}

/// Whether a model has other kernels with each of [`OTHERS`], with which its outputs are the same.
fn check(path: &Path) -> [bool; OTHERS.len()] {
    let bytes = std::fs::read(path).expect("listed files can be read");
    OTHERS.map(|(optimize, backend)| {
        let Some(usual) = compile(&bytes, Optimize::default(), backend) else { return false };
        let other = compile(&bytes, optimize, backend).expect("it compiles for anything");
        if kernels(&other) == kernels(&usual) || macs(&usual) > MOST_MACS {
            return false;
        }
        let runs = if macs(&usual) > MANY_MACS && !usual.has_state() { 1 } else { RUNS };
        let (expected, found) = (outputs(&usual, runs), outputs(&other, runs));
        assert!(expected.is_some() && found == expected, "{}, optimized for {optimize}", path.display());
        true
    })
}

#[test]
fn outputs_stay_the_same() {
    let found = each(&all(), check);
    let counts: Vec<usize> =
        (0..OTHERS.len()).map(|at| found.iter().filter(|other| other[at]).count()).collect();
    println!("models with other kernels: {counts:?} of {OTHERS:?}");
    let all = std::env::var_os("TINY_MODEL_ONLY").is_none();
    assert!(!all || counts.iter().all(|&count| count >= 5), "{counts:?} of {OTHERS:?}");
}
