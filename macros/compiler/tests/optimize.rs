//! What a model is optimized for changes how it is computed, and never its outputs: each model that gets other kernels
//! runs with these, in the portable form of their arithmetic, and with those that everybody gets.

use std::path::{Path, PathBuf};
use tiny_model_compiler::{Machine, Optimize, Options, Program, analyze_with};

/// Inferences of each program. What is kept from one to the next shows in the second.
const RUNS: u64 = 2;
/// Larger models take too long.
const MOST_MACS: usize = 100_000_000;

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

fn compile(bytes: &[u8], optimize: Optimize) -> Option<Program> {
    analyze_with(bytes, &Options { optimize, ..Options::default() }).ok().map(|(program, _)| program)
}

/// Everything that is computed with, on any backend.
fn kernels(program: &Program) -> Vec<&'static str> {
    let calls = program.calls.iter();
    calls.flat_map(|call| [call.kernel].into_iter().chain(call.variants.iter().map(|v| v.kernel))).collect()
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
    let (mut with_speed, mut with_size) = (0, 0);
    for path in models() {
        let bytes = std::fs::read(&path).expect("listed files can be read");
        let Some(usual) = compile(&bytes, Optimize::default()) else { continue };
        if usual.calls.iter().map(|call| call.macs).sum::<usize>() > MOST_MACS {
            continue;
        }
        for (optimize, count) in [(Optimize::Speed, &mut with_speed), (Optimize::Size, &mut with_size)] {
            let mut other = compile(&bytes, optimize).expect("it compiles for anything");
            if kernels(&other) == kernels(&usual) {
                continue;
            }
            other.take_variants("dsp");
            let (expected, found) = (outputs(&usual), outputs(&other));
            assert!(expected.is_some() && found == expected, "{}, optimized for {optimize}", path.display());
            *count += 1;
        }
    }
    println!("{with_speed} models get other kernels for speed, {with_size} for size");
    let all = std::env::var_os("TINY_MODEL_ONLY").is_none();
    assert!(!all || with_speed > 5 && with_size > 5, "{with_speed} and {with_size} models");
}
