//! Shows what tiny-model makes of a model: its layers, what each pass gained, and the arena over time.
//!
//! ```text
//! cargo run -p report -- model.tflite [--measured layers.csv]... [--html page.html]
//! ```

use report::{Measured, Model, page, text};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo run -p report -- MODEL.tflite [--measured FILE]... [--html FILE]

Prints the layers of a model, what each pass of the compiler gained, and a picture of the arena over time. With --html
the same is written as a page of its own, with nothing to load.

With --measured it shows what each layer took on a processor, beside the least that its inner loop can take. The file is
what `cargo run -p on-target -- --layers --board NAME MODEL.tflite` wrote; there may be one for each of several boards.";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked for; returns what is to be printed.
fn run(mut words: impl Iterator<Item = String>) -> Result<String, String> {
    let (mut path, mut html, mut measured) = (None, None, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--help" | "-h" => return Ok(format!("{USAGE}\n")),
            "--html" => html = Some(PathBuf::from(words.next().ok_or("--html needs the name of a file")?)),
            "--measured" => measured.push(words.next().ok_or("--measured needs the name of a file")?),
            option if option.starts_with('-') => return Err(format!("unknown option {option}\n\n{USAGE}")),
            _ if path.is_none() => path = Some(PathBuf::from(word)),
            _ => return Err(format!("one model at a time\n\n{USAGE}")),
        }
    }
    let path = path.ok_or(USAGE)?;
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut model = Model::of(name, &bytes)?;
    for file in measured {
        let measured = read(&file).and_then(|measured| model.add(measured));
        measured.map_err(|error| format!("{file}: {error}"))?;
    }
    if let Some(file) = html {
        std::fs::write(&file, page(&model)).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(text(&model))
}

fn read(file: &str) -> Result<Measured, String> {
    Measured::read(&std::fs::read_to_string(file).map_err(|error| error.to_string())?)
}
