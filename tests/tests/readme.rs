//! What the documentation claims about operators is what the code does.
//! `UPDATE=1 cargo test -p tiny-model-tests --test readme` writes the table anew.

use std::path::{Path, PathBuf};
use tiny_model_compiler::{Figures, OPERATORS, analyze};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn table() -> String {
    let mut operators: Vec<_> = OPERATORS.iter().collect();
    operators.sort_by_key(|operator| operator.name);
    let mut text = String::from("| operator | activations | kernels |\n|---|---|---|\n");
    for operator in operators {
        let kernels: Vec<String> = operator
            .kernels
            .iter()
            .filter_map(|kernel| kernel.split_once("::"))
            .map(|(_, function)| format!("`{function}`"))
            .collect();
        let kernels = match kernels.is_empty() {
            true => "none: free at run time".to_owned(),
            false => kernels.join(", "),
        };
        text.push_str(&format!("| {} | {} | {kernels} |\n", operator.name, operator.types));
    }
    text
}

/// Compares what stands between two marks of the README with what it should be, or writes it.
fn check(mark: &str, current: &str) {
    // Tests run side by side, and two of them may write the file.
    static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (begin, end) = (format!("<!-- {mark}: generated -->\n"), format!("<!-- end of {mark} -->"));
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("there is a README");
    let (before, rest) = readme.split_once(&begin).expect("the README has a place for the table");
    let (found, after) = rest.split_once(&end).expect("the place has an end");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{begin}{current}{end}{after}"))
            .expect("README can be written");
    } else {
        assert_eq!(found, current, "run `UPDATE=1 cargo test -p tiny-model-tests --test readme`");
    }
}

#[test]
fn operator_table_is_current() {
    check("operators", &table());
}

/// Well-known models, the first of which is this repository's.
const MODELS: [&str; 9] = [
    "digits",
    "microflow_sine",
    "microflow_speech",
    "mlperf_kws_dscnn_int8",
    "mlperf_str_ww_int8",
    "mlperf_ad01_int8",
    "mlperf_vww_96_int8",
    "mlperf_ic_resnet8_int8",
    "microflow_person_detect",
];

#[test]
fn memory_table_is_current() {
    let zoo = PathBuf::from(env!("TINY_MODEL_ZOO_FOUND"));
    if !zoo.is_dir() {
        eprintln!("THE MEMORY TABLE WAS NOT CHECKED: there is no {}", zoo.display());
        assert!(std::env::var_os("CI").is_none(), "the models are absent");
        return;
    }
    let mut text = String::from("| model | RAM, bytes | constants, bytes | MACs |\n|---|---:|---:|---:|\n");
    for model in MODELS {
        let folder = if model == "digits" { root().join("examples/digits") } else { zoo.clone() };
        let bytes = std::fs::read(folder.join(model).with_extension("tflite")).expect("the model is there");
        let (program, layout) = analyze(&bytes).expect("the model is supported");
        let Figures { ram, flash, macs, .. } = Figures::of(&program, &layout);
        text.push_str(&format!("| `{model}` | {ram} | {flash} | {macs} |\n"));
    }
    check("memory", &text);
}

/// What the ledger of the emulated boards has, for people.
#[test]
fn ledger_table_is_current() {
    let ledger = root().join("tests/on-target/ledger.csv");
    let ledger = std::fs::read_to_string(ledger).expect("the ledger is there");
    let mut text = String::from(
        "| model | board | instructions (AVR: cycles) | code | constants | RAM | stack |\n|---|---|---:|---:|---:|---:|---:|\n",
    );
    for line in ledger.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 7, "{line}");
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    check("ledger", &text);
}

#[test]
fn every_operator_has_kernels_and_golden_cases() {
    for operator in OPERATORS {
        for kernel in operator.kernels {
            let (module, function) = kernel.split_once("::").expect("kernels are named with their module");
            let path = root().join(format!("support/src/kernels/{module}.rs"));
            let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert!(source.contains(function), "{module} has no {function}");
        }
        let folder = root().join("tests/ops").join(operator.name.to_lowercase());
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let golden = files.filter(|file| file.path().extension().is_some_and(|e| e == "npz")).count();
        assert!(golden > 0, "{} has no golden case", operator.name);
        assert!(folder.join("make.py").exists(), "{} has no make.py", operator.name);
    }
}
