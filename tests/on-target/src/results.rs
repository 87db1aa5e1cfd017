//! The table of results.

use crate::board::Board;
use crate::elf::Growth;
use crate::emulator::Run;
use crate::measure::Cost;
use crate::program::Program;

/// One piece of measured work on one board.
pub(crate) struct Row([String; HEADER.len()]);

const HEADER: [&str; 11] = [
    "program",
    "work",
    "board",
    "core",
    "instructions",
    "cycles",
    "per MAC",
    "code",
    "constants",
    "RAM",
    "stack",
];

impl Row {
    pub(crate) fn of(board: &Board, program: &Program, run: &Run, sizes: Growth) -> Vec<Self> {
        let macs = run.transcript.number("macs").filter(|&macs| macs > 0);
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let row = |cost: &Cost| {
            let effort = cost.cycles.unwrap_or(cost.instructions);
            Self([
                program.name.clone(),
                cost.work.clone(),
                board.name.to_owned(),
                board.core.to_owned(),
                cost.instructions.to_string(),
                or_dash(cost.cycles.map(|cycles| cycles.to_string())),
                or_dash(macs.map(|macs| format!("{:.2}", effort as f64 / f64::from(macs)))),
                sizes.code.to_string(),
                sizes.constants.to_string(),
                sizes.ram.to_string(),
                cost.stack.to_string(),
            ])
        };
        run.costs.iter().map(row).collect()
    }
}

/// As Markdown, so that it can be pasted anywhere.
pub(crate) fn print_table(rows: &[Row]) {
    let header = HEADER.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| &row.0).chain([&header]);
        cells.map(|cells| cells[column].len()).max().unwrap_or(0)
    };
    let print = |cells: &[String; HEADER.len()]| {
        let padded: Vec<_> =
            cells.iter().enumerate().map(|(i, cell)| format!("{cell:width$}", width = width(i))).collect();
        println!("| {} |", padded.join(" | "));
    };
    print(&header);
    print(&std::array::from_fn(|column| "-".repeat(width(column))));
    rows.iter().for_each(|row| print(&row.0));
    println!(
        "\nSizes are bytes beyond the empty program's. Work per MAC is in cycles where they are known, else in instructions."
    );
}
