//! Builds programs as firmware for boards, runs them in emulators, compares what they put out and measures them.
//!
//! `cargo run -p on-target` does so with all there is to test; `--help` says the rest.

mod bars;
mod board;
mod cases;
mod elf;
mod emulator;
mod examples;
mod firmware;
mod golden;
mod ledger;
mod measure;
mod model;
mod operators;
mod program;
mod promises;
mod report;
mod run;
mod spills;
mod suite;
mod sysroot;
mod toolchain;
mod transcript;

use std::process::ExitCode;

use anyhow::{Result, bail};

use board::{BOARDS, Board};
use program::Program;
use run::{Results, Work};

const USAGE: &str = "\
usage: cargo run -p on-target -- [--board NAME]... [--ledger] [PROGRAM...]
       cargo run -p on-target -- --examples

PROGRAM is the path of a .tflite model beside which lie golden vectors, in a .npz of the same name; behind it may stand
what the model is optimized for, as in model.tflite:speed. Or it is the name
of a file in tests/on-target/firmware/programs, or the path of a Rust file like those; beside it lie PROGRAM.expected,
the bytes that every board must put out, and PROGRAM.input, if it reads any.
With --ledger the figures are compared with those in tests/on-target/ledger.csv; more than 2 % worse is an error. With
UPDATE=1 in the environment they are written there instead, and in operators.csv how many golden cases of each
operator were equal on each board.
With --examples the firmware projects in the folder examples are built and run instead.
Without PROGRAM all models and the operators' golden cases run, and the ledger is compared.
Without --board that is on all boards:";

/// What the command line asks for.
#[derive(Default)]
struct Order {
    boards: Vec<&'static Board>,
    programs: Vec<String>,
    ledger: bool,
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
    let is_suite = order.programs.is_empty();
    let work = match is_suite {
        true => Work { programs: suite::models()?, cases: suite::cases()?, is_suite },
        false => {
            let programs = order.programs.iter().map(|name| Program::find(name)).collect::<Result<_>>()?;
            Work { programs, cases: Vec::new(), is_suite }
        }
    };
    let Results { rows, ledger, operators, failures } = run::everything(&order.boards, &work)?;
    report::print_table(&rows);
    bars::check(&ledger)?;
    match std::env::var_os("UPDATE") {
        _ if !(order.ledger || is_suite) => {}
        Some(_) => {
            ledger.save()?;
            operators.save()?;
        }
        None => ledger.check()?,
    }
    Ok(failures)
}

/// What was asked for.
fn arguments(mut arguments: impl Iterator<Item = String>) -> Result<Order> {
    let mut order = Order::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => order.help = true,
            "--board" => order.boards.push(Board::named(&arguments.next().unwrap_or_default())?),
            "--ledger" => order.ledger = true,
            "--examples" => order.examples = true,
            option if option.starts_with('-') => {
                bail!("unknown option {option}; --help lists the known ones")
            }
            _ => order.programs.push(argument),
        }
    }
    if order.boards.is_empty() {
        // Some are there for the operators' cases alone.
        order.boards.extend(BOARDS.iter().filter(|board| board.suite.models || order.programs.is_empty()));
    }
    Ok(order)
}
