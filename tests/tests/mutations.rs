//! The fuzz target without the fuzzer, in every test run: all files that it ever found, the committed
//! corpus, and a fixed number of mutations of the operators' models.
//!
//! `macros/compiler/fuzz/run` looks for more, for as long as it is given.

#[path = "../../macros/compiler/fuzz/fuzz_targets/check.rs"]
mod check;
#[path = "../../macros/compiler/fuzz/fuzz_targets/mutate.rs"]
mod mutate;

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Mutations of each model.
const SEEDS: u32 = 3;
const LONGEST: Duration = Duration::from_secs(10);

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is wrong with the compiler's behaviour on a file, if anything is.
fn wrong(bytes: &[u8]) -> Option<String> {
    let start = Instant::now();
    let behaves = catch_unwind(|| check::check(bytes)).is_ok();
    let took = start.elapsed();
    (!behaves || took > LONGEST).then(|| format!("behaves: {behaves}, took {took:?}"))
}

#[test]
fn what_the_fuzzer_found_stays_mended() {
    // `broken` is there once something was found.
    let folders = ["tests/broken", "macros/compiler/fuzz/corpus"].map(|folder| root().join(folder));
    let folders = folders.iter().filter(|folder| folder.exists());
    let found: Vec<PathBuf> = folders.flat_map(|folder| files(folder)).collect();
    let bad: Vec<String> = found
        .iter()
        .filter_map(|path| {
            let bytes = std::fs::read(path).expect("the file can be read");
            wrong(&bytes).map(|what| format!("{}: {what}", path.display()))
        })
        .collect();
    assert!(found.len() >= 100, "only {} files", found.len());
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn mutated_models_do_no_harm() {
    let models = files(&root().join("tests/ops"));
    let models: Vec<PathBuf> =
        models.into_iter().filter(|path| path.extension().is_some_and(|e| e == "tflite")).collect();
    let (mut bad, mut count) = (Vec::new(), 0);
    for (index, path) in models.iter().enumerate() {
        let model = std::fs::read(path).expect("the model can be read");
        for seed in 0..SEEDS {
            let mut bytes = model.clone();
            let seed = u32::try_from(index).unwrap_or(0).wrapping_mul(SEEDS).wrapping_add(seed);
            let size = bytes.len();
            if mutate::model(&mut bytes, size, seed).is_none() {
                continue;
            }
            count += 1;
            if let Some(what) = wrong(&bytes) {
                let kept = std::env::temp_dir().join(format!("mutation-{seed}.tflite"));
                let _ = std::fs::write(&kept, &bytes);
                bad.push(format!("{} seed {seed}, kept as {}: {what}", path.display(), kept.display()));
            }
        }
    }
    assert!(count > 1000, "only {count} mutations of {} models", models.len());
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
