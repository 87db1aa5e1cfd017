//! What every model costs on every board, in a file that is committed: a change for the worse is an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::board::Board;
use crate::elf::Growth;
use crate::floats;
use crate::measure::Cost;

/// What is on record: program and board, then the figures.
pub(crate) struct Ledger {
    rows: BTreeMap<(String, String), [u64; FIGURES.len()]>,
}

/// The columns, the first of which are the key. Effort is cycles on AVR, else instructions; flash is code and constants.
const KEYS: [&str; 2] = ["program", "board"];
const FIGURES: [&str; 6] = ["macs", "effort", "code", "constants", "ram", "stack"];

/// A figure may be worse than the one on record by this share.
const TOLERANCE: f64 = 0.02;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ledger.csv")
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self { rows: BTreeMap::new() }
    }

    /// Notes what one program took on one board.
    pub(crate) fn add(&mut self, board: &Board, program: &str, macs: u64, costs: &[Cost], sizes: &Growth) {
        let effort = costs.iter().map(|cost| cost.cycles.unwrap_or(cost.instructions)).max().unwrap_or(0);
        let stack = costs.iter().map(|cost| u64::from(cost.stack)).max().unwrap_or(0);
        let positive = |size: i64| u64::try_from(size).unwrap_or(0);
        let sizes = [sizes.code, sizes.constants, sizes.ram].map(positive);
        let figures = [macs, effort, sizes[0], sizes[1], sizes[2], stack];
        self.rows.insert((program.to_owned(), board.name.to_owned()), figures);
    }

    /// Notes what another ledger has.
    pub(crate) fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    fn read() -> Result<Self> {
        let text = fs::read_to_string(path()).context("there is no ledger yet: run with UPDATE=1")?;
        let row = |line: &str| {
            let mut cells = line.split(',');
            let key = (cells.next()?.to_owned(), cells.next()?.to_owned());
            let figures: Vec<u64> = cells.map(|cell| cell.parse().ok()).collect::<Option<_>>()?;
            Some((key, figures.try_into().ok()?))
        };
        let rows = text.lines().skip(1).map(row).collect::<Option<_>>();
        Ok(Self { rows: rows.context("the ledger is malformed")? })
    }

    /// Adds these figures to the file, or replaces those of the same program and board.
    pub(crate) fn save(&self) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut all = Self::read().unwrap_or_else(|_| Self::new());
        all.rows.extend(self.rows.clone());
        let mut text = [KEYS.as_slice(), FIGURES.as_slice()].concat().join(",") + "\n";
        for ((program, board), figures) in &all.rows {
            let figures: Vec<String> = figures.iter().map(ToString::to_string).collect();
            text.push_str(&format!("{program},{board},{}\n", figures.join(",")));
        }
        fs::write(path(), text).context("cannot write the ledger")
    }

    /// Fails if a figure is worse than the one on record, or if there is none.
    pub(crate) fn check(&self) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let recorded = Self::read()?;
        let mut worse = Vec::new();
        for (key @ (program, board), figures) in &self.rows {
            let known = recorded.rows.get(key);
            let known = known.with_context(|| format!("{program} on {board} is not in the ledger"))?;
            for (name, (now, then)) in FIGURES.iter().zip(figures.iter().zip(known)) {
                if *now as f64 > *then as f64 * (1.0 + TOLERANCE) {
                    worse.push(format!("{program} on {board}: {name} {now}, was {then}"));
                }
            }
        }
        ensure!(worse.is_empty(), "worse than the ledger has it:\n{}", worse.join("\n"));
        Ok(())
    }

    /// Fails if a float model that we quantize costs more than the one that its authors have quantized. Code and
    /// constants count together: what one has in tables, the other may have in code.
    pub(crate) fn check_twins(&self) -> Result<()> {
        let recorded = Self::read()?;
        let costs =
            |&[_, effort, code, constants, ram, _]: &[u64; FIGURES.len()]| [effort, code + constants, ram];
        let mut wrong = Vec::new();
        for (key @ (program, board), own) in &self.rows {
            let Some(twin) = floats::twin(program) else { continue };
            let other = (twin.to_owned(), board.clone());
            let Some(other) = self.rows.get(&other).or_else(|| recorded.rows.get(&other)) else { continue };
            wrong.extend(floats::wrong(key, costs(own), costs(other)));
        }
        ensure!(wrong.is_empty(), "float models and their twins of integers:\n{}", wrong.join("\n"));
        Ok(())
    }
}
