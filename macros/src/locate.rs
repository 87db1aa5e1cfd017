//! Where the model is: beside the source file that names it, else in the crate's folder.

use std::path::{Path, PathBuf};
use syn::LitStr;

/// The model's absolute path and its bytes.
pub(crate) fn model(literal: &LitStr) -> Result<(PathBuf, Vec<u8>), String> {
    let given = literal.value();
    let beside = literal.span().unwrap().local_file();
    let beside = beside.and_then(|file| Some(file.parent()?.to_path_buf()));
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let candidates: Vec<PathBuf> = beside
        .into_iter()
        .chain(manifest)
        .filter_map(|folder| std::path::absolute(folder.join(&given)).ok())
        .collect();
    let Some(path) = candidates.iter().find(|path| path.is_file()) else {
        return Err(missing(&given, &candidates));
    };
    match std::fs::read(path) {
        Ok(bytes) => Ok((path.clone(), bytes)),
        Err(error) => Err(format!("`{given}` cannot be read: {error}\n  path: {}", path.display())),
    }
}

/// Says where the model was looked for, and what is there instead.
fn missing(given: &str, candidates: &[PathBuf]) -> String {
    let mut message = format!("there is no file `{given}`\n  why: it was looked for at");
    for path in candidates {
        message.push_str(&format!("\n       {}", path.display()));
    }
    let mut near: Vec<String> = candidates.iter().filter_map(|path| path.parent()).flat_map(models).collect();
    near.sort_by(|a, b| similarity(given, b).total_cmp(&similarity(given, a)).then_with(|| a.cmp(b)));
    near.dedup();
    let named: Vec<String> = near.iter().take(3).map(|name| format!("`{name}`")).collect();
    match named.as_slice() {
        [] => message.push_str("\n  fix: give a path relative to this source file or to Cargo.toml"),
        _ => message.push_str(&format!("\n  fix: what is there: {}", named.join(", "))),
    }
    if let more @ 1.. = near.len().saturating_sub(named.len()) {
        message.push_str(&format!(" and {more} more"));
    }
    message
}

/// How much a file's name resembles the one that was given.
fn similarity(given: &str, name: &str) -> f64 {
    let file = given.rsplit(['/', '\\']).next().unwrap_or_default();
    strsim::jaro_winkler(file, name)
}

/// The models in a folder.
fn models(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.ends_with(".tflite")).collect()
}
