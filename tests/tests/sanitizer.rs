//! Generated code and kernels under AddressSanitizer: all golden cases of operators as one program, and
//! the unit tests of the support crate.
//!
//! The sanitizer is part of every toolchain but not stable, hence `RUSTC_BOOTSTRAP`, here and nowhere
//! else. What is compiled is the support crate without its macro, so that it takes a minute.

use proc_macro2::Span;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tiny_model_compiler::{Item, Options, Program, analyze, compile};
use tiny_model_tests::{Kind, Slice, Vectors};

const MAIN: &str = r#"
fn fill<T: TryFrom<i64>, const N: usize>(window: &mut [T; N], values: &[i64]) {
    assert_eq!(values.len(), N);
    for (place, &value) in window.iter_mut().zip(values) {
        *place = T::try_from(value).ok().expect("a golden value fits its type");
    }
}

fn check<T: Copy + Into<i64>, const N: usize>(name: &str, found: &[T; N], values: &[i64]) {
    assert!(found.iter().map(|&x| x.into()).eq(values.iter().copied()), "{name} differs");
}

fn main() {
    if std::env::args().count() > 1 {
        // A read behind the end of an array, to see that it would be found.
        let bytes = std::hint::black_box(vec![1u8; 4]);
        println!("{}", unsafe { bytes.as_ptr().add(4).read() });
    }
    run();
}
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}

/// The models of a folder that have golden vectors.
fn models(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|e| e == "tflite") && path.with_extension("npz").exists()
    });
    paths.sort();
    paths
}

/// All cases of every operator.
fn cases() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("tests/ops")).expect("the folder can be read").flatten();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.iter().flat_map(|folder| models(folder)).collect()
}

/// The expansion of a model.
fn expansion(bytes: &[u8]) -> String {
    let item = Item {
        attributes: vec![syn::parse_quote!(#[allow(deprecated)])],
        visibility: syn::parse_quote!(pub),
        name: syn::Ident::new("Net", Span::call_site()),
        support: quote::quote!(::tiny_model),
        path: syn::parse_quote!("model.tflite"),
        source: None,
        module: syn::Ident::new("net", Span::call_site()),
        options: Options::default(),
        budgets: Vec::new(),
    };
    compile(bytes, &item).ok().expect("it was analyzed before").to_string()
}

/// Integers of tensor `index` in one vector, as a Rust slice; `None` if the file holds real values.
fn literal(vectors: &Vectors, kind: Kind, index: usize, vector: usize) -> Option<String> {
    match vectors.values(kind, index, vector)? {
        Slice::Integers(values) => Some(format!("&{values:?}")),
        Slice::Floats(_) => None,
    }
}

/// A function that runs one case on its first vectors.
fn module(name: &str, model: &[u8], program: &Program, vectors: &Vectors) -> Option<String> {
    const VECTORS: usize = 2;
    let field = |what: &str, count: usize, index: usize| match count {
        1 => what.to_owned(),
        _ => format!("{what}.{index}"),
    };
    let (inputs, outputs) = (program.inputs.len(), program.outputs.len());
    let mut steps = String::new();
    for vector in 0..vectors.count().min(VECTORS) {
        let _ = writeln!(steps, "let window = net.input_mut();");
        for index in 0..inputs {
            let values = literal(vectors, Kind::Input, index, vector)?;
            let _ = writeln!(steps, "crate::fill({}, {values});", field("window", inputs, index));
        }
        let _ = writeln!(steps, "let found = net.run();");
        for index in 0..outputs {
            let values = literal(vectors, Kind::Output, index, vector)?;
            let _ = writeln!(steps, "crate::check({name:?}, {}, {values});", field("found", outputs, index));
        }
    }
    let items = expansion(model);
    Some(format!("{items}\npub fn run() {{ let mut net = Box::new(Net::new()); {steps} }}"))
}

/// Writes the program, and says how many cases are in it.
fn write(folder: &Path) -> usize {
    let mut main = MAIN.to_owned();
    let mut calls = String::new();
    let mut count = 0;
    std::fs::create_dir_all(folder.join("src")).expect("the target folder can be written");
    for path in cases() {
        let model = std::fs::read(&path).expect("the model can be read");
        let Ok((program, _)) = analyze(&model) else { continue };
        let vectors = Vectors::open(&path.with_extension("npz"));
        let name = path.display().to_string();
        let Some(text) = module(&name, &model, &program, &vectors) else { continue };
        std::fs::write(folder.join(format!("src/case_{count}.rs")), text).expect("it can be written");
        let _ = writeln!(main, "#[allow(unused_variables)] mod case_{count};");
        let _ = writeln!(calls, "case_{count}::run();");
        count += 1;
    }
    let _ = writeln!(main, "fn run() {{ {calls} }}");
    std::fs::write(folder.join("src/main.rs"), main).expect("it can be written");
    let support = root().join("support");
    let manifest = format!(
        "[package]\nname = \"sanitized\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\ntiny-model = {{ path = {support:?}, default-features = false }}\n\n\
         [profile.dev]\ndebug = false\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("it can be written");
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file is there");
    count
}

/// Runs cargo with the sanitizer, in a target folder of its own.
fn sanitized(manifest: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .arg(arguments[0])
        .args(["--quiet", "--target", "x86_64-unknown-linux-gnu", "--manifest-path"])
        .arg(manifest)
        .args(&arguments[1..])
        .env("CARGO_TARGET_DIR", root().join("target/sanitizer/target"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zsanitizer=address")
        .output()
        .expect("cargo can be run")
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_sanitizer_finds_nothing() {
    let folder = root().join("target/sanitizer/program");
    let count = write(&folder);
    assert!(count > 1000, "only {count} cases");

    let manifest = folder.join("Cargo.toml");
    let output = sanitized(&manifest, &["run"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = sanitized(&manifest, &["run", "--", "overflow"]);
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(
        report.contains("AddressSanitizer: heap-buffer-overflow"),
        "the sanitizer is not there: {report}"
    );

    let output = sanitized(&root().join("support/Cargo.toml"), &["test", "--no-default-features", "--lib"]);
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    println!("{count} cases, and the unit tests: {report}");
}
