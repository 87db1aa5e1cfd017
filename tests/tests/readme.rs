//! What the documentation claims about operators is what the code does.
//! `UPDATE=1 cargo test -p tiny-model-tests --test readme` writes the table anew.

use std::path::{Path, PathBuf};
use tiny_model_compiler::OPERATORS;

/// Operators that TensorFlow Lite Micro does not have, and which therefore have no golden case.
const WITHOUT_REFERENCE: &[&str] = &["RELU_N1_TO_1"];

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

#[test]
fn operator_table_is_current() {
    const BEGIN: &str = "<!-- operators: generated -->\n";
    const END: &str = "<!-- end of operators -->";
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).expect("there is a README");
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a place for the table");
    let (found, after) = rest.split_once(END).expect("the place has an end");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table()))
            .expect("README can be written");
    } else {
        assert_eq!(found, table(), "run `UPDATE=1 cargo test -p tiny-model-tests --test readme`");
    }
}

#[test]
fn every_operator_has_kernels_and_golden_cases() {
    for operator in OPERATORS {
        for kernel in operator.kernels {
            let (module, function) = kernel.split_once("::").expect("kernels are named with their module");
            let path = root().join(format!("support/src/kernels/{module}.rs"));
            let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert!(source.contains(&format!("pub fn {function}")), "{module} has no {function}");
        }
        let folder = root().join("tests/ops").join(operator.name.to_lowercase());
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let golden = files.filter(|file| file.path().extension().is_some_and(|e| e == "npz")).count();
        let expected = !WITHOUT_REFERENCE.contains(&operator.name);
        assert_eq!(golden > 0, expected, "{} has {golden} golden cases", operator.name);
        assert_eq!(folder.join("make.py").exists(), expected, "{} has no make.py", operator.name);
    }
}
