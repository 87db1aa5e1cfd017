//! The layers of well-known models and the bounds of their loops, in a file that is committed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use report::Measured;

use crate::board::Board;
use crate::layers;

/// What the file has: models, and the boards that they are measured on.
const SECTIONS: [(&str, &[&str]); 5] = [
    ("mlperf_kws_dscnn_int8", &["mps2-an386", "mps3-an547"]),
    ("mlperf_vww_96_int8", &["mps2-an386", "mps3-an547"]),
    ("mlperf_ic_resnet8_int8", &["mps2-an386", "mps3-an547"]),
    ("mlperf_ad01_int8", &["mps2-an386", "mps3-an547"]),
    ("microflow_sine", &["atmega328p", "mps2-an386"]),
];

/// An effort may differ from the one on record by this share, and by so much.
const TOLERANCE: f64 = 0.02;
const SLACK: u64 = 10;

const HEAD: &str = "\
# The layers of well-known models, and what bounds them

What each layer takes for one inference: executed instructions, cycles on AVR. A *bound* is the least that the inner
loop of a layer can take, loads included, without what begins and ends a row, an output or a layer; the processor's own
limit is said above each table. In bold is how many times its bound a layer takes where most is above the bounds: these
layers make up half of that or more. `per MAC` is `/out`, for each output, where a layer has no multiplications.

`UPDATE=1 cargo run -p on-target -- --roofline` measures and writes this file; without `UPDATE` it fails if the file is
not current. The bounds are in `src/bounds.rs`, and `support/src/inner` explains the loops.
";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ROOFLINE.md")
}

/// Whether a model on a board belongs to the file.
pub(crate) fn has(model: &str, board: &Board) -> bool {
    SECTIONS.iter().any(|(known, boards)| *known == model && boards.contains(&board.name))
}

/// Whether any model does.
pub(crate) fn uses(board: &Board) -> bool {
    SECTIONS.iter().any(|(_, boards)| boards.contains(&board.name))
}

/// Whether everything that the file has is there.
pub(crate) fn is_whole(all: &[Measured]) -> bool {
    sections().all(|(model, board)| of(all, model, board).is_some())
}

fn of<'m>(all: &'m [Measured], model: &str, board: &str) -> Option<&'m Measured> {
    all.iter().find(|measured| measured.model == model && measured.board == board)
}

/// All pairs of a model and a board.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    SECTIONS.iter().flat_map(|(model, boards)| boards.iter().map(move |board| (*model, *board)))
}

/// The models of the file.
pub(crate) fn models() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().map(|(model, _)| *model)
}

fn title(measured: &Measured) -> String {
    format!("`{}` on {} ({})", measured.model, measured.board, measured.core)
}

/// Writes the file, or compares with it what was measured.
pub(crate) fn keep(all: &[Measured], is_update: bool) -> Result<()> {
    let found: Vec<&Measured> = sections().filter_map(|(model, board)| of(all, model, board)).collect();
    for measured in &found {
        layers::check(measured)?;
        let open =
            measured.layers.iter().enumerate().filter(|(_, layer)| layer.macs > 0 && layer.bound.is_none());
        for (at, _) in open {
            eprintln!("NO BOUND IN bounds.rs: {}, layer {}", title(measured), at + 1);
        }
    }
    if !is_update {
        let text = fs::read_to_string(path()).context("there is no roofline yet: run with UPDATE=1")?;
        return compare(&found, &text);
    }
    ensure!(is_whole(all), "some of what the roofline has was not measured");
    let mut text = HEAD.to_owned();
    for measured in found {
        let _ = write!(text, "\n## {}\n\n{}", title(measured), measured.markdown());
    }
    fs::write(path(), text).context("cannot write the roofline")
}

/// Fails unless the text has these layers with about these efforts.
fn compare(found: &[&Measured], text: &str) -> Result<()> {
    let recorded = read(text);
    let mut wrong = Vec::new();
    for measured in found {
        let title = title(measured);
        let layers = recorded.get(&title).map_or(&[][..], Vec::as_slice);
        if layers.len() != measured.layers.len() {
            wrong.push(format!("{title}: {} layers, {} on record", measured.layers.len(), layers.len()));
            continue;
        }
        for (at, (layer, &then)) in measured.layers.iter().zip(layers).enumerate() {
            let near = (then as f64 * TOLERANCE) as u64 + SLACK;
            if layer.effort.abs_diff(then) > near {
                wrong.push(format!("{title}, layer {}: {}, {then} on record", at + 1, layer.effort));
            }
        }
    }
    let what = "ROOFLINE.md is not current; UPDATE=1 cargo run -p on-target -- --roofline writes it";
    ensure!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
    Ok(())
}

/// Titles of sections, and the efforts of their layers.
fn read(text: &str) -> BTreeMap<String, Vec<u64>> {
    let mut sections = BTreeMap::new();
    for section in text.split("\n## ").skip(1) {
        let (title, table) = section.split_once('\n').unwrap_or((section, ""));
        let cells = |line: &str| line.split('|').nth(5).and_then(|cell| cell.trim().parse().ok());
        sections.insert(title.to_owned(), table.lines().filter_map(cells).collect());
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use report::Effort;

    fn measured(effort: u64) -> Measured {
        let layer = Effort { operator: "ADD".to_owned(), shape: vec![4, 4], macs: 0, effort, bound: None };
        Measured {
            model: "m".to_owned(),
            board: "b".to_owned(),
            core: "c".to_owned(),
            unit: "instructions".to_owned(),
            limit: 1.0,
            limited_by: "mla".to_owned(),
            before: 5,
            layers: vec![layer.clone(), layer],
        }
    }

    #[test]
    fn what_is_not_current_is_found() {
        let text = format!("head\n\n## {}\n\n{}", title(&measured(0)), measured(10_000).markdown());
        assert_eq!(read(&text).into_values().collect::<Vec<_>>(), [[10_000, 10_000]]);
        for (effort, is_current) in
            [(10_000, true), (9_810, true), (10_210, true), (9_700, false), (10_300, false)]
        {
            assert_eq!(compare(&[&measured(effort)], &text).is_ok(), is_current, "{effort}");
        }
        assert!(compare(&[&measured(1)], "nothing").is_err());
    }

    /// The file has a section for each of what it should have.
    #[test]
    fn the_file_is_whole() {
        let sections = read(&fs::read_to_string(path()).expect("it is there"));
        let expected: usize = SECTIONS.iter().map(|(_, boards)| boards.len()).sum();
        assert_eq!(sections.len(), expected);
        assert!(sections.values().all(|layers| !layers.is_empty()));
    }
}
