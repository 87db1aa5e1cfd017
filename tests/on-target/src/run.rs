//! Runs programs on boards, several at a time.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use report::Measured;

use crate::board::Board;
use crate::elf::Sizes;
use crate::emulator::{Emulators, Run};
use crate::firmware::Builder;
use crate::golden::Golden;
use crate::ledger::Ledger;
use crate::operators::Operators;
use crate::program::Program;
use crate::results::Row;
use crate::{bars, cases, layers, parallel, promises, roofline};

/// What is to be run on each board.
pub(crate) struct Work {
    pub(crate) programs: Vec<Program>,
    /// Golden cases of operators, many in one firmware.
    pub(crate) cases: Vec<Golden>,
    /// Whether boards choose from it what their suite has.
    pub(crate) is_suite: bool,
    /// Whether programs run on those boards alone with which they are in the roofline.
    pub(crate) is_roofline: bool,
}

/// What to print, what to record, and how many failed.
pub(crate) struct Results {
    pub(crate) rows: Vec<Row>,
    pub(crate) ledger: Ledger,
    pub(crate) operators: Operators,
    /// The layers of models.
    pub(crate) layers: Vec<Measured>,
    pub(crate) failures: usize,
}

impl Results {
    fn new() -> Self {
        let (ledger, operators) = (Ledger::new(), Operators::default());
        Self { rows: Vec::new(), ledger, operators, layers: Vec::new(), failures: 0 }
    }

    fn extend(&mut self, more: Self) {
        self.rows.extend(more.rows);
        self.ledger.extend(more.ledger);
        self.operators.extend(more.operators);
        self.layers.extend(more.layers);
        self.failures += more.failures;
    }
}

/// One board, and the tools for all.
struct Bench<'a> {
    board: &'static Board,
    builder: &'a Builder,
    emulators: &'a Emulators,
}

/// What one board does without the next: its programs, and the cases, are of different profiles.
#[derive(Clone, Copy)]
enum Part {
    Programs,
    Cases,
}

/// Does all the work on all boards, with as many parts of it at a time as there are processors.
pub(crate) fn everything(boards: &[&'static Board], work: &Work) -> Result<Results> {
    let builder = Builder::new(boards)?;
    let emulators = Emulators::new(boards)?;
    // What takes longest begins, so that no processor waits for it at the end.
    let parts = [Part::Cases, Part::Programs].iter();
    let parts: Vec<_> = parts.flat_map(|&part| boards.iter().map(move |&board| (part, board))).collect();
    let done = parallel::map(&parts, |&(part, board)| {
        let bench = Bench { board, builder: &builder, emulators: &emulators };
        bench.part(part, work).with_context(|| format!("on {}", board.name))
    });
    let mut results = Results::new();
    for result in done {
        results.extend(result?);
    }
    Ok(results)
}

impl Bench<'_> {
    fn part(&self, part: Part, work: &Work) -> Result<Results> {
        let mut results = Results::new();
        let here = |program: &&Program| match (work.is_suite, work.is_roofline) {
            (true, _) if program.model.is_none() => bars::has(program, self.board),
            (true, _) => self.board.suite.models.has(&program.name),
            (_, true) => roofline::has(&program.name, self.board),
            _ => true,
        };
        match part {
            Part::Programs => self.programs(work.programs.iter().filter(here), &mut results)?,
            Part::Cases if work.is_suite && self.board.suite.cases => {
                self.cases(&work.cases, &mut results)?
            }
            Part::Cases => {}
        }
        Ok(results)
    }

    fn programs<'p>(&self, programs: impl Iterator<Item = &'p Program>, results: &mut Results) -> Result<()> {
        let board = self.board;
        // What the program that does nothing takes is the harness's.
        let empty = Sizes::read(&self.builder.build(board, &Program::find("empty")?)?)?;
        let fits = |program: &&Program| board.too_small_for(program.needs).is_none();
        let (programs, too_large): (Vec<_>, Vec<_>) = programs.partition(fits);
        for program in too_large {
            let reason = board.too_small_for(program.needs).unwrap_or_default();
            println!("{}: {} does not fit: {reason}", board.name, program.name);
        }
        for program in programs {
            if let Err(error) = self.program(program, empty, results) {
                results.failures += 1;
                eprintln!("{} on {}: {error:#}", program.name, board.name);
            }
        }
        Ok(())
    }

    /// Runs and measures one program, and holds it to what is promised of a model.
    fn program(&self, program: &Program, empty: Sizes, results: &mut Results) -> Result<()> {
        let board = self.board;
        let elf = self.builder.build(board, program)?;
        let sizes = Sizes::read(&elf)?;
        let places = layers::addresses(program, &elf)?;
        let run = self.run(program, &elf, sizes, &places)?;
        run.transcript.texts.iter().for_each(|text| println!("{} on {}: {text}", program.name, board.name));
        let growth = sizes.without(empty);
        let number = |name| run.transcript.number(name).map_or(0, u64::from);
        if program.model.is_some() {
            promises::check(board, program, number("ram"), &growth, &elf)?;
        }
        if let Some(measured) = layers::measured(board, program, &places, &run.costs)? {
            results.layers.push(measured);
        }
        bars::check(board, program, &run.costs)?;
        if program.model.is_some() {
            results.ledger.add(board, &program.name, number("macs"), &run.costs, &growth);
        }
        results.rows.extend(Row::of(board, program, &run, growth));
        Ok(())
    }

    /// Emulates, and compares every output byte.
    fn run(&self, program: &Program, elf: &Path, sizes: Sizes, parts: &[Option<u64>]) -> Result<Run> {
        let for_stack = u64::from(self.board.ram.length).saturating_sub(sizes.ram);
        let run = self.emulators.run(self.board, elf, &program.input, parts);
        // The first thing to know when firmware goes astray.
        let run = run.with_context(|| format!("with {for_stack} bytes of RAM left for the stack"))?;
        program.check(&run.transcript)?;
        Ok(run)
    }

    /// Runs the operators' cases that fit the board.
    fn cases(&self, all: &[Golden], results: &mut Results) -> Result<()> {
        let board = self.board;
        let (groups, left_out) = cases::groups(board, all);
        let mut groups: VecDeque<_> = groups.into();
        let (mut ran, mut firmwares) = (0, 0);
        while let Some(mut group) = groups.pop_front() {
            let program = cases::program(board, &group)?;
            let elf = match self.builder.build(board, &program) {
                // Too large for the board, most likely.
                Err(_) if group.len() > 1 => {
                    let rest = group.split_off(group.len() / 2);
                    groups.push_front(rest);
                    groups.push_front(group);
                    continue;
                }
                elf => elf,
            };
            match elf.and_then(|elf| self.one_of_cases(&program, &elf)) {
                Ok(()) => {
                    group.iter().for_each(|case| results.operators.add(board, case));
                    (ran, firmwares) = (ran + group.len(), firmwares + 1);
                }
                Err(error) => {
                    results.failures += 1;
                    let names: Vec<_> = group.iter().map(|case| case.name.as_str()).collect();
                    eprintln!("one of {} on {}: {error:#}", names.join(", "), board.name);
                }
            }
        }
        println!("{}: {ran} cases of operators equal, in {firmwares} firmwares", board.name);
        if !left_out.is_empty() {
            println!("{}: too large for it: {}", board.name, left_out.join(", "));
        }
        ensure!(ran > 0 || all.is_empty(), "no case ran");
        Ok(())
    }

    /// Checks and runs one firmware of many cases.
    fn one_of_cases(&self, program: &Program, elf: &Path) -> Result<()> {
        promises::check_code(self.board, elf)?;
        self.run(program, elf, Sizes::read(elf)?, &[])?;
        Ok(())
    }
}
