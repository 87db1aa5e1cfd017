//! The measuring tools: compiles `icount.c` and `avr_run.c`, and reads what they counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::firmware::output_folder;

/// What a piece of work cost. Of work that was done several times, the most that each figure came to.
#[derive(Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) work: String,
    pub(crate) instructions: u64,
    /// Only where the emulator is exact to the cycle.
    pub(crate) cycles: Option<u64>,
    /// Bytes.
    pub(crate) stack: u32,
    /// What it is made of, if it was measured in parts: the cycles or instructions before the first part, and those of
    /// each. They are of the run that took most, and add up to what that took.
    pub(crate) parts: Vec<u64>,
}

/// What was counted from the begin marker to the end marker.
#[derive(Default)]
struct Counts {
    instructions: u64,
    cycles: Option<u64>,
    /// Only where the emulator watches the stack pointer, which is more exact than the firmware's paint.
    stack: Option<u32>,
    parts: Vec<u64>,
}

/// The plugin that counts instructions in QEMU.
pub(crate) fn plugin() -> Result<PathBuf> {
    compile("icount.c", "icount.so", &["-shared", "-fPIC"], &[])
}

/// The program that runs and measures AVR firmware.
pub(crate) fn avr_run() -> Result<PathBuf> {
    compile("avr_run.c", "avr_run", &[], &["-lsimavr", "-lelf"])
}

/// Compiles a tool, unless that was done since its source changed.
fn compile(source: &str, name: &str, flags: &[&str], libraries: &[&str]) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    fs::create_dir_all(output_folder())?;
    let tool = output_folder().canonicalize()?.join(name);
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    if modified(&tool).is_ok_and(|made| modified(&source).is_ok_and(|changed| changed < made)) {
        return Ok(tool);
    }
    // Renamed when complete, for another harness may be running the one that is there.
    let partial = tool.with_extension(format!("partial-{}", std::process::id()));
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-Wall", "-Wextra", "-o"]).arg(&partial).args(flags).arg(&source).args(libraries);
    let output = compiler.output().context("cannot start the C compiler cc: install gcc or clang")?;
    ensure!(
        output.status.success(),
        "cannot compile {}; it needs libsimavr and libelf with their headers if it is avr_run (on Debian 12, \
         tests/on-target/install.sh installs them):\n{}",
        source.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    fs::rename(&partial, &tool)?;
    Ok(tool)
}

/// Puts together what the firmware said of its work, name and stack, and what the emulator counted, in lines like
/// `instructions=12 cycles=15 stack=4`. The first of both is no work at all, so it holds the cost of measuring,
/// and is taken off the others.
pub(crate) fn costs(measured: &[(String, u32)], counts: &str) -> Result<Vec<Cost>> {
    let counts = counts.lines().map(read_counts).collect::<Result<Vec<_>>>()?;
    ensure!(
        measured.len() == counts.len(),
        "the firmware measured {} times, the emulator saw {}",
        measured.len(),
        counts.len()
    );
    let mut all = measured.iter().zip(counts);
    let (_, nothing) = all.next().context("the firmware did not measure what measuring costs")?;
    let mut costs: Vec<Cost> = Vec::new();
    for ((work, painted_stack), counts) in all {
        let mut cost = Cost {
            work: work.clone(),
            instructions: counts.instructions.saturating_sub(nothing.instructions),
            cycles: counts.cycles.zip(nothing.cycles).map(|(cycles, nothing)| cycles.saturating_sub(nothing)),
            stack: counts.stack.unwrap_or(*painted_stack),
            parts: counts.parts,
        };
        // What measuring costs lies before the first part.
        let (effort, others) = (cost.effort(), cost.parts.iter().skip(1).sum());
        if let Some(before) = cost.parts.first_mut() {
            *before = effort.saturating_sub(others);
        }
        match costs.iter_mut().find(|known| known.work == cost.work) {
            Some(known) => known.raise_to(&cost),
            None => costs.push(cost),
        }
    }
    Ok(costs)
}

impl Cost {
    /// Cycles where they are known, else instructions.
    pub(crate) fn effort(&self) -> u64 {
        self.cycles.unwrap_or(self.instructions)
    }

    fn raise_to(&mut self, other: &Self) {
        if other.effort() > self.effort() {
            self.parts.clone_from(&other.parts);
        }
        self.instructions = self.instructions.max(other.instructions);
        self.cycles = self.cycles.max(other.cycles);
        self.stack = self.stack.max(other.stack);
    }
}

fn read_counts(line: &str) -> Result<Counts> {
    let mut counts = Counts::default();
    for word in line.split_whitespace() {
        let (name, number) = word.split_once('=').with_context(|| format!("'{word}' is no count"))?;
        if name == "parts" {
            counts.parts = number.split(',').map(str::parse).collect::<Result<_, _>>()?;
            continue;
        }
        match name {
            "instructions" => counts.instructions = number.parse()?,
            "cycles" => counts.cycles = Some(number.parse()?),
            "stack" => counts.stack = Some(number.parse()?),
            _ => bail!("'{name}' is no count that this harness knows"),
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(work: &[(&str, u32)]) -> Vec<(String, u32)> {
        work.iter().map(|&(name, stack)| (name.to_owned(), stack)).collect()
    }

    #[test]
    fn the_cost_of_measuring_is_taken_off() {
        let counts = "instructions=7 cycles=9 stack=2\ninstructions=107 cycles=209 stack=12\n";
        let costs = costs(&measured(&[("nothing", 0), ("inference", 16)]), counts).unwrap();
        let work = "inference".to_owned();
        let expected = Cost { work, instructions: 100, cycles: Some(200), stack: 12, parts: Vec::new() };
        assert_eq!(costs, [expected]);
    }

    #[test]
    fn repeated_work_costs_what_the_worst_run_did() {
        let counts = "instructions=1\ninstructions=11\ninstructions=31\ninstructions=21\n";
        let costs = costs(&measured(&[("nothing", 0), ("a", 8), ("a", 4), ("a", 6)]), counts).unwrap();
        let expected =
            Cost { work: "a".to_owned(), instructions: 30, cycles: None, stack: 8, parts: Vec::new() };
        assert_eq!(costs, [expected]);
    }

    #[test]
    fn parts_are_those_of_the_worst_run_and_add_up_to_it() {
        let counts =
            "instructions=3 parts=3,0,0\ninstructions=13 parts=5,6,2\ninstructions=23 parts=7,4,12\n";
        let costs = costs(&measured(&[("nothing", 0), ("a", 0), ("a", 0)]), counts).unwrap();
        assert_eq!((costs[0].instructions, costs[0].parts.as_slice()), (20, [4, 4, 12].as_slice()));
    }

    #[test]
    fn counts_that_make_no_sense_are_errors() {
        for counts in ["", "instructions", "instructions=x", "seconds=1", "instructions=1\ninstructions=1"] {
            assert!(costs(&measured(&[("nothing", 0)]), counts).is_err(), "{counts:?}");
        }
    }
}
