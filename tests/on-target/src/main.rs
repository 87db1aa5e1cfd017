//! Builds programs as firmware for boards, runs them in emulators, compares what they put out and measures them.
//!
//! `cargo run -p on-target` does so with all there is to test; `--help` says the rest.

mod bars;
mod board;
mod bounds;
mod cases;
mod elf;
mod emulator;
mod examples;
mod firmware;
mod floats;
mod golden;
mod layers;
mod ledger;
mod measure;
mod model;
mod operators;
mod parallel;
mod program;
mod promises;
mod results;
mod roofline;
mod run;
mod spills;
mod suite;
mod sysroot;
mod toolchain;
mod transcript;

use std::process::ExitCode;

use anyhow::{Result, bail};

use board::{BOARDS, Board, Models};
use program::Program;
use run::{Results, Work};

const USAGE: &str = "\
usage: cargo run -p on-target -- [--board NAME]... [--ledger] [--layers] [PROGRAM...]
       cargo run -p on-target -- --roofline
       cargo run -p on-target -- --examples

PROGRAM is the path of a .tflite model beside which lie golden vectors, in a .npz of the same name; behind it may stand
what the model is optimized for, as in model.tflite:speed. Or it is the name
of a file in tests/on-target/firmware/programs, or the path of a Rust file like those; beside it lie PROGRAM.expected,
the bytes that every board must put out, PROGRAM.input, if it reads any, and PROGRAM.bars, if there is a most that it may
take.
With --ledger the figures are compared with those in tests/on-target/ledger.csv; more than 2 % worse is an error. With
UPDATE=1 in the environment they are written there instead, and in operators.csv how many golden cases of each
operator were equal on each board.
With --layers what each layer of a model takes is printed, beside the least that its inner loop can take, and written to
a file for `cargo run -p report`.
With --roofline the layers of well-known models are compared with those in tests/on-target/ROOFLINE.md; more than 2 % of
difference is an error. With UPDATE=1 in the environment they are written there instead.
With --examples the firmware projects in the folder examples are built and run instead.
Without PROGRAM all models, the programs with bars and the operators' golden cases run, and the ledger and the roofline
are compared.
Without --board that is on all boards:";

/// What the command line asks for.
#[derive(Default)]
struct Order {
    boards: Vec<&'static Board>,
    programs: Vec<String>,
    ledger: bool,
    layers: bool,
    roofline: bool,
    help: bool,
    /// The firmware examples, and nothing else.
    examples: bool,
}

fn main() -> ExitCode {
    match harness(std::env::args().skip(1)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failures) => {
            eprintln!("on-target: {failures} failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("on-target: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked for, and returns how many of the runs failed.
fn harness(words: impl Iterator<Item = String>) -> Result<usize> {
    let order = arguments(words)?;
    if order.help {
        println!("{USAGE}");
        BOARDS.iter().for_each(|board| println!("  {:12} {}", board.name, board.core));
        return Ok(0);
    }
    if order.examples {
        return examples::run_all();
    }
    let work = work(&order)?;
    let Results { rows, ledger, operators, layers, failures } = run::everything(&order.boards, &work)?;
    for measured in &layers {
        if order.layers { layers::show(measured)? } else { layers::save(measured).map(drop)? }
    }
    results::print_table(&rows);
    let is_update = std::env::var_os("UPDATE").is_some();
    // Not the whole file is written when one part of the suite is run.
    if order.roofline || work.is_suite && failures == 0 && (!is_update || roofline::is_whole(&layers)) {
        roofline::keep(&layers, is_update)?;
    }
    if order.ledger || work.is_suite {
        match is_update {
            true => {
                ledger.save()?;
                operators.save()?;
            }
            false => ledger.check()?,
        }
        ledger.check_twins()?;
    }
    Ok(failures)
}

/// What is to be run.
fn work(order: &Order) -> Result<Work> {
    let is_roofline = order.roofline;
    let is_suite = order.programs.is_empty() && !is_roofline;
    let (programs, cases) = match () {
        () if is_roofline => (suite::named(roofline::models())?, Vec::new()),
        () if is_suite => (suite::all()?, suite::cases()?),
        () => (order.programs.iter().map(|name| Program::find(name)).collect::<Result<_>>()?, Vec::new()),
    };
    Ok(Work { programs, cases, is_suite, is_roofline })
}

/// What was asked for.
fn arguments(mut arguments: impl Iterator<Item = String>) -> Result<Order> {
    let mut order = Order::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => order.help = true,
            "--board" => order.boards.push(Board::named(&arguments.next().unwrap_or_default())?),
            "--ledger" => order.ledger = true,
            "--layers" => order.layers = true,
            "--roofline" => order.roofline = true,
            "--examples" => order.examples = true,
            option if option.starts_with('-') => {
                bail!("unknown option {option}; --help lists the known ones")
            }
            _ => order.programs.push(argument),
        }
    }
    if order.boards.is_empty() {
        // Some are there for the operators' cases alone, or for a few models.
        let is_suite = order.programs.is_empty() && !order.roofline;
        order
            .boards
            .extend(BOARDS.iter().filter(|board| is_suite || matches!(board.suite.models, Models::All)));
        order.boards.retain(|board| !order.roofline || roofline::uses(board));
    }
    Ok(order)
}
