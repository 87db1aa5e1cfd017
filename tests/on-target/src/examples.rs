//! The firmware examples: built and run as their READMEs say, by `cargo run --release` in their folders.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::board::{Board, Machine};
use crate::emulator::{TIME_LIMIT, run_with_limit};
use crate::firmware::{Builder, output_folder};
use crate::measure;
use crate::toolchain::require;

/// A folder of `examples` with a firmware project in it.
struct Example {
    name: &'static str,
    /// A board with its processor; the project itself says which machine the emulator plays.
    board: &'static str,
    /// What else it can be built for, and no emulator plays: a board with that processor, and arguments for cargo.
    unplayed: Option<(&'static str, &'static [&'static str])>,
}

const EXAMPLES: &[Example] = &[
    Example { name: "cortex-m", board: "mps2-an386", unplayed: None },
    Example { name: "riscv", board: "riscv-virt", unplayed: None },
    Example { name: "arduino-uno", board: "atmega328p", unplayed: None },
    Example {
        name: "embassy",
        board: "microbit",
        unplayed: Some(("mps2-an386", &["--no-default-features", "--features", "nrf52840-dk"])),
    },
];

/// Builds all of them, runs them in emulators and compares what they print with their `expected.txt`; with `UPDATE=1`
/// in the environment it is written there. Returns how many failed.
pub(crate) fn run_all() -> Result<usize> {
    let names =
        EXAMPLES.iter().flat_map(|example| [Some(example.board), example.unplayed.map(|(name, _)| name)]);
    let boards = names.flatten().map(Board::named).collect::<Result<Vec<_>>>()?;
    let builder = Builder::new(&boards)?;
    let mut failures = 0;
    for example in EXAMPLES {
        match example.check(&builder) {
            Ok(()) => println!("the example {} prints what it must", example.name),
            Err(error) => {
                failures += 1;
                eprintln!("the example {}: {error:#}", example.name);
            }
        }
    }
    Ok(failures)
}

impl Example {
    fn folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(self.name)
    }

    fn check(&self, builder: &Builder) -> Result<()> {
        if let Some((board, arguments)) = self.unplayed {
            self.build(Board::named(board)?, builder, arguments)?;
        }
        let board = Board::named(self.board)?;
        self.build(board, builder, &[])?;
        self.compare(&self.run(board, builder)?)
    }

    fn build(&self, board: &Board, builder: &Builder, arguments: &[&str]) -> Result<()> {
        let status = self.cargo("build", board, builder)?.args(arguments).status();
        ensure!(status.context("cannot start cargo")?.success(), "it does not build");
        Ok(())
    }

    /// Returns what it prints.
    fn run(&self, board: &Board, builder: &Builder) -> Result<String> {
        let mut cargo = self.cargo("run", board, builder)?;
        match board.machine {
            // The emulator of its settings does not end with the program. Cargo splits the words at spaces, so this one
            // is found by its name.
            Machine::Simavr(controller) => {
                let avr_run = measure::avr_run()?;
                let folders = env::var_os("PATH").unwrap_or_default();
                let folders =
                    avr_run.parent().map(Path::to_owned).into_iter().chain(env::split_paths(&folders));
                cargo.env("PATH", env::join_paths(folders)?);
                cargo.env("CARGO_TARGET_AVR_NONE_RUNNER", format!("avr_run {controller}"));
            }
            Machine::QemuArm(_) | Machine::QemuRiscv => require(board.machine.qemu(), "QEMU 9.0 or newer")?,
        }
        let (status, printed, errors) = run_with_limit(cargo.stdin(Stdio::null()), TIME_LIMIT)?;
        ensure!(status.success(), "it ended with {status} after it printed\n{printed}\n{errors}");
        Ok(printed)
    }

    /// Cargo, in the folder of the example and with its settings, and what this machine's rustc needs besides. Under
    /// stable rules, except on AVR.
    fn cargo(&self, command: &str, board: &Board, builder: &Builder) -> Result<Command> {
        let (mut cargo, flags) = builder.cargo(board)?;
        cargo.current_dir(self.folder()).args([
            command,
            "--release",
            "--quiet",
            "--locked",
            "--target",
            board.target,
        ]);
        // One folder for all of them, and the macro is built once.
        cargo.arg("--target-dir").arg(output_folder().canonicalize()?.join("examples"));
        cargo.args(["--features", "pictures/one-macro"]);
        // Unlike a variable, this adds to what the example sets.
        cargo.arg("--config").arg(format!("target.{}.rustflags={flags:?}", board.target));
        Ok(cargo)
    }

    fn compare(&self, printed: &str) -> Result<()> {
        let path = self.folder().join("expected.txt");
        let printed = normal(printed);
        if env::var_os("UPDATE").is_some() {
            return Ok(fs::write(path, printed)?);
        }
        let expected =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let (mut found, mut wanted) = (printed.lines(), expected.lines());
        for number in 1.. {
            match (found.next(), wanted.next()) {
                (None, None) => break,
                (found, wanted) if found == wanted => {}
                (found, wanted) => bail!(
                    "line {number} of what it prints is {}, not {} as in expected.txt",
                    quoted(found),
                    quoted(wanted)
                ),
            }
        }
        Ok(())
    }
}

/// Without spaces at the ends of lines, and with the line ends of this computer.
fn normal(text: &str) -> String {
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

fn quoted(line: Option<&str>) -> String {
    line.map_or("missing".to_owned(), |line| format!("{line:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pictures::{LABELS, PICTURES};
    use tiny_model_tests::{Kind, Slice, Vectors};

    fn text(example: &Example, name: &str) -> String {
        fs::read_to_string(example.folder().join(name)).unwrap()
    }

    /// What TensorFlow Lite Micro answers to a picture.
    fn golden(vectors: &Vectors, picture: &[i8]) -> Vec<i64> {
        let integers = |kind, vector| match vectors.values(kind, 0, vector) {
            Some(Slice::Integers(integers)) => integers.to_vec(),
            _ => panic!("there is no golden vector {vector}"),
        };
        let picture: Vec<i64> = picture.iter().copied().map(i64::from).collect();
        let found = (0..vectors.count()).find(|&vector| integers(Kind::Input, vector) == picture);
        integers(Kind::Output, found.expect("the picture is among the test pictures"))
    }

    #[test]
    fn the_expected_scores_are_golden() {
        let digits = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/digits/digits.npz");
        let vectors = Vectors::open(&digits);
        for (picture, label) in PICTURES.iter().zip(LABELS) {
            let scores = golden(&vectors, picture);
            let best = scores.iter().max().copied().unwrap_or_default();
            let scores = format!("scores {scores:?}\nit reads {label}, and it is {label}\n");
            let certainty =
                format!("it reads {label} with a certainty of {}/256, and it is {label}\n", best + 128);
            for example in EXAMPLES {
                let expected = text(example, "expected.txt");
                assert!(
                    expected.contains(&scores) || expected.contains(&certainty),
                    "{}: {scores}",
                    example.name
                );
            }
        }
    }

    #[test]
    fn readmes_show_how_the_output_begins() {
        for example in EXAMPLES {
            let readme = text(example, "README.md");
            let (_, block) = readme.split_once("```text\n").expect("output is shown");
            let (shown, _) = block.split_once("```").expect("the block ends");
            assert!(
                !shown.is_empty() && text(example, "expected.txt").starts_with(shown),
                "{}",
                example.name
            );
        }
    }
}
