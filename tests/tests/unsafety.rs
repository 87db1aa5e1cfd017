//! `unsafe` stands in `support/src/inner` alone, and says why it is sound; also in the files of targets
//! that no lint of the host reads.

use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The lines of a file with unsafe code, and what stands around each.
fn lines_with_unsafe(text: &str) -> Vec<(usize, String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    let is_code = |line: &str| !is_comment(line) && !line.contains("unsafe_code");
    let found = lines.iter().enumerate().filter(|(_, line)| is_code(line) && line.contains("unsafe"));
    let around = |at: usize| {
        let after = if lines[at].contains("unsafe fn") { at + 4 } else { at };
        lines[at.saturating_sub(8)..after.min(lines.len())].join("\n")
    };
    found.map(|(at, line)| (at + 1, (*line).to_owned(), around(at))).collect()
}

#[test]
fn unsafe_code_is_in_one_module_and_says_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../support/src");
    let (mut wrong, mut blocks) = (Vec::new(), 0);
    for path in sources(&root) {
        let relative = path.strip_prefix(&root).expect("it is below").display().to_string();
        let text = std::fs::read_to_string(&path).expect("the source can be read");
        for (number, line, around) in lines_with_unsafe(&text) {
            let place = format!("support/src/{relative}:{number}: {}", line.trim());
            let inner = relative.starts_with("inner");
            // What the macro for constants expands to on AVR, where choosing a section counts as unsafe.
            let section = line.contains("unsafe(link_section");
            // A promise that a trait demands is explained where it is kept.
            let explained = around.contains("# Safety") || around.contains("SAFETY:");
            if !(section || inner && explained) {
                wrong.push(place);
            }
            blocks += 1;
        }
    }
    assert!(blocks > 10, "only {blocks} lines with unsafe were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// LLVM may give AVR assembly a pair of registers that is not aligned, for which these instructions are encoded as others.
#[test]
fn avr_assembly_needs_no_aligned_pairs() {
    let inner = Path::new(env!("CARGO_MANIFEST_DIR")).join("../support/src/inner");
    let mut files = sources(&inner.join("avr"));
    files.push(inner.join("avr.rs"));
    let (mut wrong, mut instructions) = (Vec::new(), 0);
    for path in files {
        let text = std::fs::read_to_string(&path).expect("the source can be read");
        for line in text.lines().map(str::trim).filter(|line| line.starts_with('"')) {
            let is_of_pairs = ["movw", "adiw", "sbiw"].iter().any(|name| line[1..].starts_with(name));
            // Registers by their names are pairs that are aligned.
            if is_of_pairs && line.contains('{') {
                wrong.push(format!("{}: {line}", path.display()));
            }
            instructions += 1;
        }
    }
    assert!(instructions > 100, "only {instructions} lines of assembly were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
