//! Where the model is: beside the source file that names it, else in the crate's folder.

use proc_macro2::Ident;
use quote::format_ident;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use syn::LitStr;
use tiny_model_compiler::Files;

/// The model's absolute path and its bytes.
pub(crate) fn model(literal: &LitStr) -> Result<(PathBuf, Vec<u8>), String> {
    find(&literal.value(), &folders(literal))
}

/// The samples in a file, or in those of a folder by their names.
pub(crate) fn samples(literal: &LitStr) -> Result<Files, String> {
    const KINDS: [&str; 3] = ["wav", "png", "bmp"];
    let given = literal.value();
    let folders = folders(literal);
    let unreadable = |path: &Path, error: std::io::Error| {
        let path = path.display();
        format!("`{given}` cannot be read\n  why: {error}\n  fix: see to it that {path} may be read")
    };
    let there = folders.iter().map(|folder| folder.join(&given)).find(|path| path.exists());
    let Some(path) = there else {
        let tried: Vec<String> =
            folders.iter().map(|folder| folder.join(&given).display().to_string()).collect();
        return Err(format!(
            "there is no file or folder `{given}`\n  why: it was looked for at\n       {}\n  fix: give a path that \
             is relative to this source file or to the folder of Cargo.toml",
            tried.join("\n       ")
        ));
    };
    let mut paths = vec![path.clone()];
    if path.is_dir() {
        let entries = std::fs::read_dir(&path).map_err(|error| unreadable(&path, error))?;
        paths = entries.flatten().map(|entry| entry.path()).collect();
        let kind = |path: &PathBuf| path.extension().map(|kind| kind.to_string_lossy().to_lowercase());
        paths.retain(|path| kind(path).is_some_and(|kind| KINDS.contains(&kind.as_str())));
        paths.sort();
    }
    let mut files = Files { path: given.clone(), ..Files::default() };
    for path in paths {
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, error))?;
        files.sources.extend(path.to_str().map(str::to_owned));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        files.files.push((name.unwrap_or_default(), bytes));
    }
    Ok(files)
}

/// Where paths may begin: beside the source file, and in the crate's folder.
fn folders(literal: &LitStr) -> Vec<PathBuf> {
    let beside = literal.span().unwrap().local_file();
    let beside = beside.and_then(|file| Some(file.parent()?.to_path_buf()));
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    beside.into_iter().chain(manifest).filter_map(|folder| std::path::absolute(folder).ok()).collect()
}

/// A name for what belongs to this call of the macro alone: of its place in the sources.
pub(crate) fn module(literal: &LitStr) -> Ident {
    let span = literal.span().unwrap();
    let mut hasher = DefaultHasher::new();
    (span.local_file(), literal.value()).hash(&mut hasher);
    let (line, column, file) = (span.line(), span.column(), hasher.finish());
    format_ident!("__tiny_model_{line}_{column}_{file:x}", span = literal.span())
}

/// The model at a path that is relative to one of these folders.
fn find(given: &str, folders: &[PathBuf]) -> Result<(PathBuf, Vec<u8>), String> {
    let candidates: Vec<PathBuf> = folders.iter().map(|folder| folder.join(given)).collect();
    let Some(path) = candidates.iter().find(|path| path.is_file()) else {
        return Err(missing(given, folders, &candidates));
    };
    match std::fs::read(path) {
        Ok(bytes) => Ok((path.clone(), bytes)),
        Err(error) => Err(format!(
            "`{given}` cannot be read\n  why: {error}\n  fix: see to it that {} may be read",
            path.display()
        )),
    }
}

/// Says where the model was looked for, and which models are near.
fn missing(given: &str, folders: &[PathBuf], candidates: &[PathBuf]) -> String {
    const SHOWN: usize = 3;
    let mut message = match candidates.iter().any(|path| path.is_dir()) {
        true => format!("`{given}` is a folder\n  why: a model is one file, and these are folders or absent"),
        false => format!("there is no file `{given}`\n  why: it was looked for at"),
    };
    for path in candidates {
        message.push_str(&format!("\n       {}", path.display()));
    }
    let mut near: Vec<String> = folders.iter().flat_map(|folder| near(folder, given)).collect();
    near.sort_by(|a, b| similarity(given, b).total_cmp(&similarity(given, a)).then_with(|| a.cmp(b)));
    near.dedup();
    let named: Vec<String> = near.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match named.as_slice() {
        [] => message.push_str(
            "\n  fix: give a path that is relative to this source file or to the folder of Cargo.toml; \
             there is no .tflite file near",
        ),
        _ => message.push_str(&format!("\n  fix: the .tflite files near: {}", named.join(", "))),
    }
    if let more @ 1.. = near.len().saturating_sub(named.len()) {
        message.push_str(&format!(" and {more} more"));
    }
    message
}

/// How much a file's name resembles the one that was given.
fn similarity(given: &str, name: &str) -> f64 {
    let file = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    strsim::jaro_winkler(&file(given), &file(name))
}

/// The models in and below the folder that a path leads to, or as much of it as is there, as they are
/// to be written.
fn near(folder: &Path, given: &str) -> Vec<String> {
    let whole = Path::new(given);
    // Not beyond what was named: `..` alone leads to folders of other projects.
    let named = |part: &&Path| !part.ends_with("..") && folder.join(part).is_dir();
    let there = whole.ancestors().skip(1).find(named);
    let there = if folder.join(whole).is_dir() { whole } else { there.unwrap_or(Path::new("")) };
    let mut found = Vec::new();
    collect(folder, there, 2, &mut found);
    found
}

/// Adds the models in a folder, and in folders so many levels below it.
fn collect(root: &Path, relative: &Path, levels: usize, found: &mut Vec<String>) {
    const MOST: usize = 100;
    let entries = std::fs::read_dir(root.join(relative)).into_iter().flatten().flatten();
    for entry in entries.take(1000) {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = relative.join(&name);
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && levels > 0 && !name.starts_with('.') && name != "target" {
            collect(root, &path, levels.saturating_sub(1), found);
        } else if !is_folder && name.ends_with(".tflite") && found.len() < MOST {
            found.extend(path.to_str().map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::find;
    use std::fs;
    use std::path::PathBuf;

    /// A crate's folder with models in it, and its folder `src`.
    fn folders(name: &str) -> [PathBuf; 2] {
        let root = std::env::temp_dir().join(format!("tiny-model-{}-{name}", std::process::id()));
        for folder in ["src", "models/old", "target", ".git"] {
            fs::create_dir_all(root.join(folder)).expect("the temporary folder can be written");
        }
        for file in ["models/kws.tflite", "models/old/kws_1.tflite", "target/kws.tflite", ".git/kws.tflite"] {
            fs::write(root.join(file), "model").expect("the temporary folder can be written");
        }
        [root.join("src"), root]
    }

    #[test]
    fn models_are_found_beside_the_source_and_in_the_crate() {
        let [src, root] = folders("found");
        fs::write(src.join("here.tflite"), "here").expect("it can be written");
        let bytes = |given: &str| find(given, &[src.clone(), root.clone()]).map(|(_, bytes)| bytes);
        assert_eq!(bytes("here.tflite"), Ok(b"here".to_vec()));
        assert_eq!(bytes("models/kws.tflite"), Ok(b"model".to_vec()));
        assert_eq!(bytes("../models/kws.tflite"), Ok(b"model".to_vec()));
        fs::remove_dir_all(root).expect("it is there");
    }

    #[test]
    fn what_is_near_is_listed_as_it_is_to_be_written() {
        let [src, root] = folders("near");
        let fix = |given: &str| {
            let message = find(given, &[src.clone(), root.clone()]).expect_err("there is no such file");
            message.lines().last().map(|line| line.trim().to_owned()).unwrap_or_default()
        };
        assert_eq!(
            fix("kws.tflite"),
            "fix: the .tflite files near: `models/kws.tflite`, `models/old/kws_1.tflite`"
        );
        assert_eq!(fix("models/old/kws.tflite"), "fix: the .tflite files near: `models/old/kws_1.tflite`");
        assert_eq!(fix("models/new/kws_1.tflite"), fix("models/kws_1.tflite"));
        assert_eq!(
            fix("../models/k.tflite"),
            "fix: the .tflite files near: `../models/kws.tflite`, `models/kws.tflite`, \
             `../models/old/kws_1.tflite` and 1 more"
        );
        assert_eq!(
            fix("models"),
            "fix: the .tflite files near: `models/kws.tflite`, `models/old/kws_1.tflite`"
        );
        assert!(
            find("models", std::slice::from_ref(&root)).is_err_and(|m| m.starts_with("`models` is a folder"))
        );
        fs::remove_dir_all(root).expect("it is there");
    }
}
