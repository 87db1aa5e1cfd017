//! What a model is optimized for changes how it is computed, and never its outputs: each model that gets other kernels
//! runs with these, in the portable form of their arithmetic, and with those that everybody gets.

use std::path::{Path, PathBuf};
use tiny_model_compiler::{Machine, Optimize, Options, Program, analyze_with};

/// Inferences of each program. What is kept from one to the next shows in the second.
const RUNS: u64 = 2;
/// Larger models take too long.
const MOST_MACS: usize = 20_000_000;
/// What is optimized for, and the backend whose kernels for it run here.
const OTHERS: [(Optimize, &str); 2] = [(Optimize::Speed, "dsp"), (Optimize::Size, "avr")];

fn models() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let entries = std::fs::read_dir(root.join("tests/ops")).expect("the folder is there").flatten();
    let zoo = std::env::var_os("TINY_MODEL_ZOO").map_or_else(|| root.join("../shared/models"), PathBuf::from);
    let folders = entries.map(|entry| entry.path()).chain([zoo]);
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = files.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    if let Ok(only) = std::env::var("TINY_MODEL_ONLY") {
        paths.retain(|path| only.split(',').any(|part| path.to_string_lossy().contains(&format!("/{part}"))));
    }
    paths.sort();
    paths
}

/// The program with the kernels of a backend, as far as they run here.
fn compile(bytes: &[u8], optimize: Optimize, backend: &str) -> Option<Program> {
    let (mut program, _) = analyze_with(bytes, &Options { optimize, ..Options::default() }).ok()?;
    program.take_variants(backend);
    Some(program)
}

fn kernels(program: &Program) -> Vec<&'static str> {
    program.calls.iter().map(|call| call.kernel).collect()
}

/// What a program puts out for inputs that look like noise, the same in every run.
fn outputs(program: &Program) -> Option<Vec<Vec<Vec<u8>>>> {
    let mut machine = Machine::new(program);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    let mut run = |_| {
        let input = |port: &tiny_model_compiler::Port| (0..port.view.bytes()).map(|_| byte()).collect();
        machine.run(&program.inputs.iter().map(input).collect::<Vec<_>>())
    };
    (0..RUNS).map(&mut run).collect()
}

#[test]
fn outputs_stay_the_same() {
    let mut counts = [0; OTHERS.len()];
    for path in models() {
        let bytes = std::fs::read(&path).expect("listed files can be read");
        for ((optimize, backend), count) in OTHERS.into_iter().zip(&mut counts) {
            let Some(usual) = compile(&bytes, Optimize::default(), backend) else { break };
            let other = compile(&bytes, optimize, backend).expect("it compiles for anything");
            let macs = usual.calls.iter().map(|call| call.macs).sum::<usize>();
            if kernels(&other) == kernels(&usual) || macs > MOST_MACS {
                continue;
            }
            let (expected, found) = (outputs(&usual), outputs(&other));
            assert!(expected.is_some() && found == expected, "{}, optimized for {optimize}", path.display());
            *count += 1;
        }
    }
    println!("models with other kernels: {counts:?} of {OTHERS:?}");
    let all = std::env::var_os("TINY_MODEL_ONLY").is_none();
    assert!(!all || counts.iter().all(|&count| count >= 5), "{counts:?} of {OTHERS:?}");
}
