//! Every operator has kernels, golden cases, a case that shows what it refuses, and a run of its golden cases on
//! every kind of processor.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tiny_model_compiler::{At, OPERATORS, diagnose};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below a folder with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_operator_has_its_kernels() {
    for operator in OPERATORS {
        for kernel in operator.kernels {
            let (module, function) = kernel.split_once("::").expect("kernels are named with their module");
            let path = root().join(format!("support/src/kernels/{module}.rs"));
            let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert!(source.contains(function), "{module} has no {function}");
        }
    }
}

#[test]
fn every_operator_has_golden_cases() {
    for operator in OPERATORS {
        let folder = root().join("tests/ops").join(operator.module);
        let golden = files(&folder, "npz");
        let golden = golden.iter().filter(|path| path.with_extension("tflite").exists()).count();
        assert!(golden > 0, "{} has no golden case", operator.name);
        assert!(folder.join("make.py").exists(), "{} has no make.py", operator.name);
    }
}

/// The names of operators that a ui test shows something to be wrong with.
fn refused() -> BTreeSet<String> {
    let models = files(&root().join("ui-tests/cases"), "tflite");
    let shown = models.iter().filter(|path| path.with_extension("stderr").exists());
    let said = shown.flat_map(|path| diagnose(&std::fs::read(path).expect("the model can be read")));
    let name = |name: String| name.strip_prefix("CUSTOM ").map(str::to_owned).unwrap_or(name);
    said.filter_map(|diagnostic| match diagnostic.at {
        At::Operator { name: found, .. } => Some(name(found)),
        _ => None,
    })
    .collect()
}

#[test]
fn every_operator_has_a_case_of_what_it_refuses() {
    let refused = refused();
    let missing: Vec<&str> =
        OPERATORS.iter().map(|operator| operator.name).filter(|name| !refused.contains(*name)).collect();
    assert!(missing.is_empty(), "no case in ui-tests/cases shows what these refuse: {}", missing.join(", "));
}

/// Boards of each kind: AVR, Cortex-M without and with instructions for signals, with vectors, and RISC-V.
const BOARDS: [&str; 5] = ["atmega1284p", "microbit", "mps2-an386", "mps3-an547", "riscv-virt"];

/// `tests/on-target` writes down which operators' cases were equal on which board.
#[test]
fn every_operator_ran_on_every_board() {
    let path = root().join("tests/on-target/operators.csv");
    let text = std::fs::read_to_string(path).expect("the list is there");
    let rows: BTreeSet<(&str, &str)> = text
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (operator, board, cases) = (cells.next()?, cells.next()?, cells.next()?);
            (cases.parse::<usize>().ok()? > 0).then_some((operator, board))
        })
        .collect();
    let missing: Vec<String> = OPERATORS
        .iter()
        .flat_map(|operator| BOARDS.map(|board| (operator.module, board)))
        .filter(|pair| !rows.contains(pair))
        .map(|(operator, board)| format!("{operator} on {board}"))
        .collect();
    assert!(
        missing.is_empty(),
        "not run, which `UPDATE=1 TINY_MODEL_ONLY=<operator>/ cargo run -p on-target` does: {}",
        missing.join(", ")
    );
}
