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
    check_in("README.md", mark, current);
}

/// The same in any file of the repository.
fn check_in(file: &str, mark: &str, current: &str) {
    // Tests run side by side, and two of them may write the file.
    static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (begin, end) = (format!("<!-- {mark}: generated -->\n"), format!("<!-- end of {mark} -->"));
    let path = root().join(file);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let (before, rest) = text.split_once(&begin).expect("the file has a place for the table");
    let (found, after) = rest.split_once(&end).expect("the place has an end");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{begin}{current}{end}{after}"))
            .expect("the file can be written");
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

/// Boards of the README's table: one of each kind of processor.
const BOARDS: [&str; 5] = ["atmega328p", "microbit", "mps2-an386", "mps3-an547", "riscv-virt"];

/// What the ledger of the emulated boards has, for people: the main rows in the README, all in a file of its own.
#[test]
fn ledger_tables_are_current() {
    let ledger = root().join("tests/on-target/ledger.csv");
    let ledger = std::fs::read_to_string(ledger).expect("the ledger is there");
    let head = "| model | board | instructions (AVR: cycles) | per MAC | code | constants | RAM | stack |\n\
                |---|---|---:|---:|---:|---:|---:|---:|\n";
    let (mut main, mut all) = (head.to_owned(), head.to_owned());
    for line in ledger.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [model, board, macs, effort, code, constants, ram, stack] = cells[..] else { panic!("{line}") };
        let number = |cell: &str| cell.parse::<f64>().expect("figures are numbers");
        let per_mac = match number(macs) {
            0.0 => String::new(),
            macs => format!("{:.2}", number(effort) / macs),
        };
        let row = format!(
            "| `{model}` | {board} | {effort} | {per_mac} | {code} | {constants} | {ram} | {stack} |\n"
        );
        all.push_str(&row);
        if MODELS.contains(&model) && BOARDS.contains(&board) {
            main.push_str(&row);
        }
    }
    check("ledger", &main);
    check_in("tests/on-target/LEDGER.md", "ledger", &all);
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
