//! Windows over a stream are kept as rings: nothing is copied but the newest step, unless an operator
//! needs the window in one piece. That results are the same is in `ops.rs`.

use std::path::Path;
use tiny_model_compiler::{Call, analyze};

/// How often the calls of a model are of this kind.
fn count(calls: &[Call], module: &str, kernel: &str) -> usize {
    calls.iter().filter(|call| call.module == module && call.kernel == kernel).count()
}

fn calls(path: &Path) -> Vec<Call> {
    let bytes = std::fs::read(path).expect("listed files can be read");
    analyze(&bytes).unwrap_or_else(|problems| panic!("{}: {}", path.display(), problems[0])).0.calls
}

#[test]
fn windows_are_rings_unless_their_variable_is_read_elsewhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/ring");
    let entries = std::fs::read_dir(folder).expect("there are cases").flatten();
    let models =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "tflite"));
    let mut checked = 0;
    for path in models {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("names are UTF-8");
        let calls = calls(&path);
        let ring = usize::from(!name.ends_with("_exposed"));
        let unrolled = usize::from(name.starts_with("unrolled")) * ring;
        let found = [count(&calls, "ring", "push"), count(&calls, "ring", "unroll")];
        assert_eq!(found, [ring, unrolled], "{name}");
        let copies =
            count(&calls, "movement", "copy_runs") + count(&calls, "assign_variable", "assign_variable");
        // What is no part of the window has to be moved all the same.
        let others = usize::from(name.starts_with("ends"));
        assert!(ring == 0 || copies == others, "{name} copies {copies} times");
        checked += 1;
    }
    assert!(checked >= 40, "only {checked} cases");
}
