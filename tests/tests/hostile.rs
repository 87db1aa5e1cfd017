//! Malformed and hostile files: refused or accepted as expected, without a panic, in bounded time.
//!
//! The files are part of the models that `zoo.rs` uses, in the folder `bad` with an `index.csv`.

use std::path::Path;
use std::time::{Duration, Instant};
use tiny_model_compiler::analyze;

/// What the index wants of a file.
#[derive(Debug, PartialEq)]
enum Expected {
    Refused,
    Accepted,
    Either,
}

/// The columns that matter: file name and expectation. Fields may be quoted.
fn rows(index: &str) -> Vec<(String, Expected)> {
    let fields = |line: &str| {
        let mut fields = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                c => fields.last_mut().expect("there is a field").push(c),
            }
        }
        fields
    };
    let mut lines = index.lines();
    let header = fields(lines.next().unwrap_or_default());
    let column = header.iter().position(|name| name.starts_with("expected")).expect("there is the column");
    let row = |line| {
        let fields: Vec<String> = fields(line);
        let expected = match fields[column].as_str() {
            text if text.contains(" or ") || text.contains(" or,") => Expected::Either,
            text if text.starts_with("reject") && text.contains("accept") => Expected::Either,
            text if text.starts_with("reject") => Expected::Refused,
            text if text.contains("reject") || text.contains("refuse") => Expected::Either,
            _ => Expected::Accepted,
        };
        (fields[0].clone(), expected)
    };
    lines.map(row).collect()
}

/// The most memory that this process ever had, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[test]
fn every_bad_file_behaves() {
    let folder = Path::new(env!("TINY_MODEL_ZOO_FOUND")).join("bad");
    let Ok(index) = std::fs::read_to_string(folder.join("index.csv")) else {
        eprintln!("NO HOSTILE FILE WAS TESTED: there is no {}", folder.display());
        assert!(std::env::var_os("CI").is_none(), "the files are absent");
        return;
    };
    let mut wrong = Vec::new();
    let rows = rows(&index);
    for (name, expected) in &rows {
        let bytes = std::fs::read(folder.join(name)).expect("listed files can be read");
        let start = Instant::now();
        let result = analyze(&bytes);
        let took = start.elapsed();
        let found = match &result {
            Ok(_) => Expected::Accepted,
            Err(_) => Expected::Refused,
        };
        let reason = result.err().and_then(|list| list.first().map(ToString::to_string)).unwrap_or_default();
        println!("{name}: {found:?} {}", reason.lines().next().unwrap_or_default());
        if *expected != Expected::Either && found != *expected {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
        if took > Duration::from_secs(10) || reason.contains("bug in tiny-model") {
            wrong.push(format!("{name}: {took:?} {reason}"));
        }
    }
    assert!(rows.len() >= 80, "only {} files", rows.len());
    let peak = peak_memory();
    assert!(peak.is_none_or(|bytes| bytes < 1 << 30), "{peak:?} bytes of memory");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
