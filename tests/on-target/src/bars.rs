//! The most that the work of a program may take, in a file beside it: PROGRAM.bars.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::board::Board;
use crate::measure::Cost;
use crate::program::Program;

/// A line of the file: `board work products cycles`.
#[derive(Debug, PartialEq)]
pub(crate) struct Bar {
    board: String,
    work: String,
    /// Products that the work is made of, or outputs, if that is what counts.
    pieces: u32,
    /// The most cycles, or instructions where no cycles are counted, for each of them.
    most: f64,
}

/// Those beside a program, if it has any.
pub(crate) fn of(program: &Path) -> Result<Vec<Bar>> {
    let path = program.with_extension("bars");
    if !path.exists() {
        return Ok(Vec::new());
    }
    parse(&fs::read_to_string(&path)?).with_context(|| format!("in {}", path.display()))
}

fn parse(text: &str) -> Result<Vec<Bar>> {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let &[board, work, pieces, most] = words.as_slice() else { return None };
        let (pieces, most) = (pieces.parse().ok()?, most.parse().ok()?);
        Some(Bar { board: board.to_owned(), work: work.to_owned(), pieces, most })
    };
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|text| line(text).with_context(|| format!("'{text}' is not a bar"))).collect()
}

/// Whether a program has bars on a board.
pub(crate) fn has(program: &Program, board: &Board) -> bool {
    of(&program.path).is_ok_and(|bars| bars.iter().any(|bar| bar.board == board.name))
}

/// Fails unless all that a program has bars for stays below them.
pub(crate) fn check(board: &Board, program: &Program, costs: &[Cost]) -> Result<()> {
    let broken = broken(&of(&program.path)?, board.name, costs)?;
    ensure!(broken.is_empty(), "takes more than it may:\n{}", broken.join("\n"));
    Ok(())
}

fn broken(bars: &[Bar], board: &str, costs: &[Cost]) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for bar in bars.iter().filter(|bar| bar.board == board) {
        let cost = costs.iter().filter(|cost| cost.work == bar.work).map(Cost::effort).max();
        let cost = cost.with_context(|| format!("there is a bar for {}, which is not measured", bar.work))?;
        let each = cost as f64 / f64::from(bar.pieces);
        if each > bar.most {
            broken.push(format!("{}: {each:.2} for each, and {} at most", bar.work, bar.most));
        }
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(work: &str, cycles: u64) -> Cost {
        Cost { work: work.to_owned(), instructions: 1, cycles: Some(cycles), stack: 0, parts: Vec::new() }
    }

    #[test]
    fn what_takes_more_is_told() {
        let bars = parse("# what\nuno a 100 11\nuno b 10 2.5\ndue a 100 1\n").unwrap();
        let told = |a, b| broken(&bars, "uno", &[cost("a", a), cost("b", b)]).unwrap();
        assert!(told(1100, 25).is_empty());
        assert_eq!(told(1101, 25), ["a: 11.01 for each, and 11 at most"]);
        assert_eq!(told(1000, 26), ["b: 2.60 for each, and 2.5 at most"]);
    }

    #[test]
    fn what_is_not_measured_is_told() {
        assert!(broken(&parse("uno a 100 11").unwrap(), "uno", &[]).is_err());
        assert!(parse("uno a 100").is_err() && parse("uno a many 11").is_err());
    }

    /// The table in the README is of the files.
    #[test]
    fn the_readme_has_all_bars() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        let mut expected = Vec::new();
        for entry in fs::read_dir(folder.join("firmware/programs")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.file_stem().unwrap().to_str().unwrap();
                let row = |bar: &Bar| format!("| {name} | {} | {} | {} |", bar.work, bar.board, bar.most);
                expected.extend(of(&path).unwrap().iter().map(row));
            }
        }
        let start = "| program | work | board | most for each |";
        let table = readme.split_once(start).expect("there is a table of bars").1;
        let mut found: Vec<_> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
