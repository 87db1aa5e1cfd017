//! What tests share that run whole models in the compiler's own machine.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tiny_model_compiler::{Machine, Program};

/// Folders of models: those of the operators, and other people's.
pub fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ops = root.join("tests/ops");
    let entries = std::fs::read_dir(ops).expect("the folder is there").flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    let zoo = std::env::var_os("TINY_MODEL_ZOO").map(PathBuf::from);
    folders.push(zoo.unwrap_or_else(|| root.join("../shared/models")));
    folders.sort();
    folders
}

/// The models in a folder, or those of them that `TINY_MODEL_ONLY` names.
pub fn models(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    if let Ok(only) = std::env::var("TINY_MODEL_ONLY") {
        paths.retain(|path| only.split(',').any(|part| path.to_string_lossy().contains(&format!("/{part}"))));
    }
    paths.sort();
    paths
}

/// All of them.
pub fn all() -> Vec<PathBuf> {
    folders().iter().flat_map(|folder| models(folder)).collect()
}

/// Inputs that look like noise, the same in every run.
fn inputs(program: &Program, seed: u64) -> Vec<Vec<u8>> {
    let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    program.inputs.iter().map(|port| (0..port.view.bytes()).map(|_| byte()).collect()).collect()
}

/// What a program puts out for so many inputs; `None` if it has a kernel that does not run here.
pub fn outputs(program: &Program, runs: u64) -> Option<Vec<Vec<Vec<u8>>>> {
    let mut machine = Machine::new(program);
    (0..runs).map(|seed| machine.run(&inputs(program, seed))).collect()
}

/// Multiplications of one inference.
pub fn macs(program: &Program) -> usize {
    program.calls.iter().map(|call| call.macs).sum()
}

/// What a function makes of each model, on all processors. The largest begin, so that none is waited for at the end.
pub fn each<T: Send>(models: &[PathBuf], function: impl Fn(&Path) -> T + Sync) -> Vec<T> {
    let mut models = models.to_vec();
    models.sort_by_key(|path| std::cmp::Reverse(std::fs::metadata(path).map_or(0, |data| data.len())));
    let next = AtomicUsize::new(0);
    let work = || -> Vec<T> {
        let paths = std::iter::from_fn(|| models.get(next.fetch_add(1, Ordering::Relaxed)));
        paths.map(|path| function(path)).collect()
    };
    std::thread::scope(|scope| {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a thread's panic is its test's"))
            .collect()
    })
}
