//! Builds a program as firmware for a board, runs it in an emulator, compares what it puts out and measures it.
//!
//! `cargo run -p on-target -- hello` does so for every board; `--help` says the rest.

mod board;
mod elf;
mod emulator;
mod examples;
mod firmware;
mod ledger;
mod measure;
mod model;
mod program;
mod report;
mod sysroot;
mod toolchain;
mod transcript;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use board::{BOARDS, Board};
use elf::Sizes;
use emulator::{Emulators, Run};
use firmware::Builder;
use ledger::Ledger;
use program::Program;
use report::Row;

const USAGE: &str = "\
usage: cargo run -p on-target -- [--board NAME]... [--ledger] PROGRAM...
       cargo run -p on-target -- --examples

PROGRAM is the name of a file in tests/on-target/firmware/programs, or the path of a Rust file like those. Beside
it lie PROGRAM.expected, the bytes that every board must put out, and PROGRAM.input, if it reads any.
Or it is the path of a .tflite model beside which lie golden vectors, in a .npz of the same name.
With --ledger the figures are compared with those in tests/on-target/ledger.csv; more than 2 % worse is an error. With
UPDATE=1 in the environment they are written there instead.
With --examples the firmware projects in the folder examples are built and run instead.
Without --board the program runs on all boards:";

/// What the command line asks for.
#[derive(Default)]
struct Order {
    boards: Vec<&'static Board>,
    programs: Vec<String>,
    ledger: bool,
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
    let Some(order) = arguments(words)? else {
        println!("{USAGE}");
        BOARDS.iter().for_each(|board| println!("  {:12} {}", board.name, board.core));
        return Ok(0);
    };
    if order.examples {
        return examples::run_all();
    }
    let (rows, ledger, failures) = run_all(&order)?;
    report::print_table(&rows);
    match std::env::var_os("UPDATE") {
        _ if !order.ledger => {}
        Some(_) => ledger.save()?,
        None => ledger.check()?,
    }
    Ok(failures)
}

/// Every program on every board: what to print, what to record, and how many failed.
fn run_all(order: &Order) -> Result<(Vec<Row>, Ledger, usize)> {
    let programs = order.programs.iter().map(|name| Program::find(name)).collect::<Result<Vec<_>>>()?;
    let builder = Builder::new(&order.boards)?;
    let emulators = Emulators::new(&order.boards)?;
    // What the program that does nothing takes is the harness's.
    let empty = Program::find("empty")?;
    let (mut rows, mut ledger, mut failures) = (Vec::new(), Ledger::new(), 0);
    for &board in &order.boards {
        let baseline = Sizes::read(&builder.build(board, &empty)?)?;
        for program in &programs {
            if let Some(reason) = board.too_small_for(program.needs) {
                println!("{} does not fit {}: {reason}", program.name, board.name);
                continue;
            }
            match run(board, program, &builder, &emulators) {
                Ok((run, sizes)) => {
                    let growth = sizes.without(baseline);
                    ledger.add(board, &program.name, &run.costs, &growth);
                    rows.extend(Row::of(board, program, &run, growth));
                }
                Err(error) => {
                    failures += 1;
                    eprintln!("{} on {}: {error:#}", program.name, board.name);
                }
            }
        }
    }
    Ok((rows, ledger, failures))
}

/// What was asked for, or nothing but help.
fn arguments(mut arguments: impl Iterator<Item = String>) -> Result<Option<Order>> {
    let mut order = Order::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--board" => order.boards.push(Board::named(&arguments.next().unwrap_or_default())?),
            "--ledger" => order.ledger = true,
            "--examples" => order.examples = true,
            option if option.starts_with('-') => {
                bail!("unknown option {option}; --help lists the known ones")
            }
            _ => order.programs.push(argument),
        }
    }
    if order.programs.is_empty() && !order.examples {
        return Ok(None);
    }
    if order.boards.is_empty() {
        order.boards.extend(BOARDS);
    }
    Ok(Some(order))
}

/// Builds the program, runs it and compares what it puts out.
fn run(board: &Board, program: &Program, builder: &Builder, emulators: &Emulators) -> Result<(Run, Sizes)> {
    let elf = builder.build(board, program)?;
    let sizes = Sizes::read(&elf)?;
    let for_stack = u64::from(board.ram.length).saturating_sub(sizes.ram);
    let run = emulators.run(board, &elf, &program.input);
    // The first thing to know when firmware goes astray.
    let run = run.with_context(|| format!("with {for_stack} bytes of RAM left for the stack"))?;
    run.transcript.texts.iter().for_each(|text| println!("{} on {}: {text}", program.name, board.name));
    program.check(&run.transcript)?;
    Ok((run, sizes))
}
