//! The catalogue of refusals is complete: every line of the compiler that refuses something has a case
//! in `ui-tests/cases`, named for the mistake, and so has every message of the macro.
//!
//! `UPDATE=1 cargo test -p tiny-model-tests --test catalogue` writes the catalogue, `ui-tests/README.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tiny_model_compiler::{Bits, Calibration, Diagnostic, Files, Fixed, Options, diagnose, diagnose_with};

/// A line of the compiler's sources.
type Line = (String, u32);

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}

/// All files below a folder with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in sorted(folder) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui-tests")
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The part of a source file that is not tests.
fn code(path: &Path) -> String {
    let source = text(path);
    source.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

/// The end of a path from the folder `src` on.
fn inside(file: &str) -> String {
    let file = file.replace('\\', "/");
    file.rsplit_once("compiler/src/").map_or(file.clone(), |(_, end)| end.to_owned())
}

/// Every line of the compiler that makes a problem.
fn refusals() -> Vec<Line> {
    let sources = here().join("../macros/compiler/src");
    let mut lines = Vec::new();
    for path in files(&sources, "rs") {
        let name = inside(&path.display().to_string());
        for (line, number) in code(&path).lines().zip(1..) {
            if line.contains("Problem::new(") && !line.trim_start().starts_with("//") {
                lines.push((name.clone(), number));
            }
        }
    }
    lines
}

/// What the compiler says of each model of the ui tests: the case's name and the diagnostic.
fn said() -> Vec<(String, Diagnostic)> {
    let cases = here().join("cases");
    // The one model that is too large to be kept.
    let too_large = diagnose(&vec![0; (64 << 20) + 1]);
    let mut said: Vec<_> =
        too_large.into_iter().map(|diagnostic| ("file/too_large".to_owned(), diagnostic)).collect();
    for path in files(&cases, "tflite") {
        let name = path.strip_prefix(&cases).expect("it is below").with_extension("");
        let bytes = std::fs::read(&path).expect("the model can be read");
        let diagnostics = diagnose(&bytes);
        let name = name.display().to_string().replace('\\', "/");
        said.extend(diagnostics.into_iter().map(|diagnostic| (name.clone(), diagnostic)));
    }
    for path in files(&cases.join("quantize"), "rs") {
        let name = format!("quantize/{}", path.file_stem().expect("it has a name").to_string_lossy());
        let diagnostics = with_settings(&path).unwrap_or_default();
        said.extend(diagnostics.into_iter().map(|diagnostic| (name.clone(), diagnostic)));
    }
    said
}

/// What the compiler says of a float model with the settings of a case; nothing if the macro refuses those.
fn with_settings(case: &Path) -> Option<Vec<Diagnostic>> {
    let source = text(case);
    let after = |start: &str| source.split_once(start).map(|(_, rest)| rest);
    let until = |start: &str, end: char| Some(after(start)?.split_once(end)?.0.to_owned());
    let beside = |name: &str| std::fs::read(case.with_file_name(name)).ok();
    let mut options = Options::default();
    let to = &mut options.quantization;
    to.calibration = match until("calibrate = \"", '"') {
        None => Calibration::Uniform(-1.0, 1.0),
        Some(path) => {
            let files = vec![(path.clone(), beside(&path)?)];
            Calibration::Files(Files { path, files, ..Files::default() })
        }
    };
    to.bits = match until("bits = ", ';').as_deref() {
        Some("16") => Bits::Sixteen,
        Some("auto") => Bits::Auto,
        _ => Bits::Eight,
    };
    to.limits.unknown = source.contains("<= LIMIT;");
    to.inputs.extend(until("input: ", ';').map(|name| Fixed::parse(&name)));
    to.outputs.extend(until("output: ", ';').map(|name| Fixed::parse(&name)));
    Some(diagnose_with(&beside(&until("= \"", '"')?)?, &options))
}

#[test]
fn every_refusal_has_a_case() {
    let said = said();
    let line = |d: &Diagnostic| (inside(d.raised.file()), d.raised.line());
    let mut missing = Vec::new();
    for (file, number) in refusals() {
        if !said.iter().any(|(_, diagnostic)| line(diagnostic) == (file.clone(), number)) {
            missing.push(format!("macros/compiler/src/{file}:{number}"));
        }
    }
    assert!(said.len() > 50, "only {} refusals were found", said.len());
    assert!(
        missing.is_empty(),
        "{} refusals without a case; add one to cases/make.py for each of\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn every_model_is_used() {
    for path in files(&here().join("cases"), "tflite") {
        let folder = path.parent().expect("it is in a folder");
        let name = path.file_name().expect("it has a name").to_string_lossy();
        let named = |extension: &str, end: &str| {
            files(folder, extension).iter().any(|file| text(file).contains(&format!("{name}{end}")))
        };
        assert!(named("rs", "\"") || named("stderr", "`"), "{} is in no case beside it", path.display());
    }
}

/// The macro's own messages are literals: their longest pieces without a gap are in some `.stderr`.
#[test]
fn every_message_of_the_macro_has_a_case() {
    let shown: String = files(&here().join("cases"), "stderr").iter().map(|path| text(path)).collect();
    let shown = words(&shown);
    let mut missing = Vec::new();
    // What `guard.rs` says of our bugs is in tests of its own.
    let sources = files(&here().join("../macros/src"), "rs");
    for path in sources.iter().filter(|path| !path.ends_with("guard.rs")) {
        for literal in literals(&code(path)) {
            let pieces = literal.split(['{', '}']).map(words);
            let longest = pieces.max_by_key(String::len).unwrap_or_default();
            if longest.split(' ').count() >= 4 && !shown.contains(&longest) {
                missing.push(longest);
            }
        }
    }
    assert!(missing.is_empty(), "in no .stderr:\n{}", missing.join("\n"));
}

/// Words with one space between them: messages are broken and indented where they are shown.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The string literals of a source, without comments.
fn literals(source: &str) -> Vec<String> {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n").replace("\\\"", "\u{1}").replace("'\"'", "' '");
    let parts: Vec<&str> = code.split('"').collect();
    let texts = parts.iter().skip(1).step_by(2);
    let plain = |text: &&str| text.replace("\\n", " ").replace("\\\n", " ").replace('\u{1}', "\"");
    texts.map(plain).collect()
}

const INTRODUCTION: &str = "\
# What tiny-model says

Everything that it refuses, and what it warns of, by the case in [`cases`](cases) that shows it: a model or a call with
one mistake, and in the `.stderr` what the terminal shows. What stands here is from the case; names and numbers are the
model's.

`UPDATE=1 cargo test -p tiny-model-tests --test catalogue` writes this page, which fails if a refusal has no case.
`python cases/make.py` writes the models, `TRYBUILD=overwrite cargo test -p ui-tests --test ui` what is shown.
";

#[test]
fn the_catalogue_is_up_to_date() {
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    let mut told: Vec<&'static std::panic::Location<'static>> = Vec::new();
    for (case, Diagnostic { what, why, fix, raised, .. }) in said() {
        // One entry for each refusal, and for each case whose name is its own.
        if told.contains(&raised) && !case.contains("compiled_for") {
            continue;
        }
        told.push(raised);
        let (folder, name) = case.rsplit_once('/').unwrap_or(("", &case));
        let page = folders.entry(folder.to_owned()).or_default();
        let _ = writeln!(page, "- **[{name}](cases/{case}.stderr)**: {what}\n  - why: {why}\n  - fix: {fix}");
    }
    // What is wrong with a call and not with a model, by the first line of what is shown.
    for case in ["budget", "macro"] {
        let page = folders.entry(case.to_owned()).or_default();
        for path in files(&here().join("cases").join(case), "stderr") {
            let (text, name) = (text(&path), path.file_stem().expect("it has a name").display());
            let first =
                text.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, said)| said);
            let _ = writeln!(page, "- **[{name}](cases/{case}/{name}.stderr)**: {first}");
        }
    }
    let mut page = INTRODUCTION.to_owned();
    for (folder, entries) in folders {
        let _ = write!(page, "\n## {folder}\n\n{entries}");
    }
    let path = here().join("README.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("it can be written");
    }
    assert!(page == std::fs::read_to_string(&path).unwrap_or_default(), "the catalogue is out of date");
}
