//! What the documentation claims about operators is what the code does.
//! `UPDATE=1 cargo test -p tiny-model-tests --test readme` writes the table anew.

#[path = "readme/peers.rs"]
mod peers;

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

/// The table of float models is what the test of them has written.
#[test]
fn bars_are_current() {
    check("bars", include_str!("../floats/bars.md"));
}

/// The example of sound is code that a test runs.
#[test]
fn audio_example_is_current() {
    let source = include_str!("audio.rs");
    let (_, rest) = source.split_once("// readme: audio\n").expect("it begins");
    let (code, _) = rest.split_once("    // end of readme: audio").expect("it ends");
    let lines = code.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    let code = lines.map(|line| line.replace("../ops/audio/", "") + "\n").collect::<String>();
    check("audio", &format!("```rust\n{code}```\n"));
}

/// Well-known models, the first of which is this repository's, and the KiB of the arena that TensorFlow Lite Micro
/// uses for them on a Cortex-M4, where that was measured.
const MODELS: [(&str, Option<f64>); 9] = [
    ("digits", None),
    ("microflow_sine", None),
    ("microflow_speech", Some(6.8)),
    ("mlperf_kws_dscnn_int8", Some(22.8)),
    ("mlperf_str_ww_int8", Some(16.6)),
    ("mlperf_ad01_int8", Some(2.6)),
    ("mlperf_vww_96_int8", Some(100.7)),
    ("mlperf_ic_resnet8_int8", Some(55.0)),
    ("microflow_person_detect", Some(82.3)),
];

#[test]
fn memory_table_is_current() {
    let zoo = PathBuf::from(env!("TINY_MODEL_ZOO_FOUND"));
    if !zoo.is_dir() {
        eprintln!("THE MEMORY TABLE WAS NOT CHECKED: there is no {}", zoo.display());
        assert!(std::env::var_os("CI").is_none(), "the models are absent");
        return;
    }
    let mut text = String::from(
        "| model | RAM, bytes | KiB | TFLM, KiB | no plan below, bytes | constants, bytes | MACs |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    for (model, theirs) in MODELS {
        let folder = if model == "digits" { root().join("examples/digits") } else { zoo.clone() };
        let bytes = std::fs::read(folder.join(model).with_extension("tflite")).expect("the model is there");
        let (program, layout) = analyze(&bytes).expect("the model is supported");
        let Figures { ram, flash, macs, .. } = Figures::of(&program, &layout);
        let kib = ram as f64 / 1024.0;
        let theirs = theirs.map_or(String::new(), |theirs| format!("{theirs:.1}"));
        let bound = layout.bound;
        text.push_str(&format!("| `{model}` | {ram} | {kib:.1} | {theirs} | {bound} | {flash} | {macs} |\n"));
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
        if MODELS.iter().any(|(known, _)| *known == model) && BOARDS.contains(&board) {
            main.push_str(&row);
        }
    }
    check("ledger", &main);
    check_in("tests/on-target/LEDGER.md", "ledger", &all);
}

/// What float models cost on a Cortex-M4 beside those with 8-bit integers of the same layers.
#[test]
fn costs_of_float_models_are_current() {
    let ledger = root().join("tests/on-target/ledger.csv");
    let ledger = std::fs::read_to_string(ledger).expect("the ledger is there");
    let figures = |model: &str| -> Option<[u64; 3]> {
        let line = ledger.lines().find(|line| line.starts_with(&format!("{model},mps2-an386,")))?;
        let cells: Vec<u64> = line.split(',').skip(2).map(|cell| cell.parse().expect("a figure")).collect();
        let [_, effort, code, constants, ram, _] = cells[..] else { panic!("{line}") };
        Some([effort, code + constants, ram])
    };
    let mut text = String::from(
        "| model | instructions | of its int8 twin | flash | twin | RAM | twin |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    for (float, twin) in include_str!("../floats/twins.txt").lines().filter_map(|line| line.split_once(' ')) {
        let Some((own, other)) = figures(float).zip(figures(twin)) else { continue };
        let cells = own.iter().zip(other).map(|(own, other)| format!("{own} | {other}"));
        text.push_str(&format!("| `{float}` | {} |\n", cells.collect::<Vec<_>>().join(" | ")));
    }
    check("float costs", &text);
}
