//! How many golden cases of each operator were equal on each board, in a file that is committed: a host test sees there
//! that no operator was left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::board::Board;
use crate::golden::Golden;

/// Cases by operator and board.
#[derive(Default)]
pub(crate) struct Operators(BTreeMap<(String, String), usize>);

const HEAD: &str = "operator,board,cases";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("operators.csv")
}

impl Operators {
    /// Notes that a case was equal.
    pub(crate) fn add(&mut self, board: &Board, case: &Golden) {
        let operator = case.name.split('-').next().unwrap_or_default();
        *self.0.entry((operator.to_owned(), board.name.to_owned())).or_default() += 1;
    }

    /// Notes what others have, which are of other boards.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Adds these numbers to the file, or replaces those of the same operator and board.
    pub(crate) fn save(self) -> Result<()> {
        let text = fs::read_to_string(path()).unwrap_or_default();
        let row = |line: &str| {
            let mut cells = line.split(',');
            let key = (cells.next()?.to_owned(), cells.next()?.to_owned());
            Some((key, cells.next()?.parse().ok()?))
        };
        let mut all: BTreeMap<_, usize> = text.lines().skip(1).filter_map(row).collect();
        all.extend(self.0);
        let rows = all.iter().map(|((operator, board), cases)| format!("{operator},{board},{cases}\n"));
        let text = format!("{HEAD}\n{}", rows.collect::<String>());
        fs::write(path(), text).context("cannot write the list of operators")
    }
}
