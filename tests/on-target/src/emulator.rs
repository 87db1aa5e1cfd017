//! Runs firmware in the emulator of its board, with the measuring tools attached.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::board::{Board, Machine};
use crate::elf;
use crate::measure::{self, Cost};
use crate::toolchain::require;
use crate::transcript::Transcript;

/// The largest model takes a minute or two, so one that takes this long has lost its way.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(1200);

/// Files in the folder where an emulator runs: the program's input, by a name that the firmware knows, and what
/// was counted.
const INPUT: &str = "input";
const COUNTS: &str = "counts";

/// What came out of a run.
pub(crate) struct Run {
    pub(crate) transcript: Transcript,
    pub(crate) costs: Vec<Cost>,
}

/// The emulators of the boards it was made for.
pub(crate) struct Emulators {
    /// Counts instructions inside QEMU.
    plugin: Option<PathBuf>,
    /// Runs AVR firmware in simavr.
    avr_run: Option<PathBuf>,
}

impl Emulators {
    /// Looks for the emulators and compiles the measuring tools.
    pub(crate) fn new(boards: &[&Board]) -> Result<Self> {
        let (mut plugin, mut avr_run) = (None, None);
        for board in boards {
            match board.machine {
                Machine::Simavr(_) => avr_run = Some(measure::avr_run()?),
                Machine::QemuArm(_) | Machine::QemuRiscv => {
                    require(board.machine.qemu(), "QEMU 9.0 or newer")?;
                    plugin = Some(measure::plugin()?);
                }
            }
        }
        Ok(Self { plugin, avr_run })
    }

    /// Runs the firmware to its end, in the folder of its ELF file, and counts what the functions at `parts` take.
    pub(crate) fn run(&self, board: &Board, elf: &Path, input: &[u8], parts: &[Option<u64>]) -> Result<Run> {
        let folder = elf.parent().context("no folder")?;
        fs::write(folder.join(INPUT), input)?;
        let parts: Vec<String> = parts.iter().map(|part| format!("{:#x}", part.unwrap_or(0))).collect();
        let mut command = match board.machine {
            Machine::Simavr(controller) => {
                let mut command = Command::new(self.avr_run.as_ref().context("avr_run was not compiled")?);
                command.arg(controller).arg(elf).arg(COUNTS).args(parts);
                command.stdin(File::open(folder.join(INPUT))?);
                command
            }
            Machine::QemuArm(_) | Machine::QemuRiscv => self.qemu(board, elf, &parts.join(":"))?,
        };
        command.current_dir(folder);
        let (status, printed, errors) = run_with_limit(&mut command, TIME_LIMIT)?;
        let transcript = Transcript::parse(&printed)?;
        // After the first line QEMU may print all registers.
        let reason = errors.lines().next().unwrap_or("it said nothing");
        ensure!(status.success(), "the emulator ended with {status}: {reason}");
        let costs = measure::costs(&transcript.measured, &fs::read_to_string(folder.join(COUNTS))?)?;
        Ok(Run { transcript, costs })
    }

    fn qemu(&self, board: &Board, elf: &Path, parts: &str) -> Result<Command> {
        let mut command = Command::new(board.machine.qemu());
        command.args([
            "-display",
            "none",
            "-monitor",
            "none",
            "-serial",
            "none",
            "-chardev",
            "stdio,id=host",
        ]);
        command.args(["-semihosting-config", "enable=on,target=native,chardev=host"]).stdin(Stdio::null());
        match board.machine {
            Machine::QemuArm(machine) => command.args(["-machine", machine]),
            // Only the extensions that the target has, so that another's instruction is a fault.
            Machine::QemuRiscv => {
                command.args(["-machine", "virt", "-cpu", "rv32i,m=on,c=on,zicsr=on", "-bios", "none"])
            }
            Machine::Simavr(_) => bail!("{} is not a machine of QEMU", board.name),
        };
        let plugin = self.plugin.as_ref().context("the plugin was not compiled")?;
        let markers = elf::addresses(elf, &["on_target_begin", "on_target_end"])?;
        let [begin, end] = markers[..] else { bail!("the firmware has no markers") };
        command.arg("-plugin");
        let parts = if parts.is_empty() { String::new() } else { format!(",parts={parts}") };
        command.arg(format!("{},begin={begin:#x},end={end:#x},out={COUNTS}{parts}", escape(plugin)));
        command.arg("-kernel").arg(elf);
        Ok(command)
    }
}

impl Machine {
    pub(crate) fn qemu(&self) -> &'static str {
        match self {
            Self::QemuRiscv => "qemu-system-riscv32",
            Self::QemuArm(_) | Self::Simavr(_) => "qemu-system-arm",
        }
    }
}

/// QEMU separates the options of a plugin by commas, and takes two for one.
fn escape(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

/// Returns what the command printed on its output and on its error output.
pub(crate) fn run_with_limit(command: &mut Command, limit: Duration) -> Result<(ExitStatus, String, String)> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let printed = collect(child.stdout.take());
    let errors = collect(child.stderr.take());
    let status = wait(&mut child, limit)?;
    let text = |collected: thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&collected.join().unwrap_or_default()).trim().to_owned()
    };
    let (printed, errors) = (text(printed), text(errors));
    match status {
        Some(status) => Ok((status, printed, errors)),
        None => bail!("did not end within {} s; it printed '{printed}'; {errors}", limit.as_secs()),
    }
}

/// Reads from another thread, for a child whose pipe is full waits.
fn collect(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read before an error is all there is to show.
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Ends the child at the limit, and returns none.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo started; exec sleep 60"]);
        let error = run_with_limit(&mut command, Duration::from_millis(300)).unwrap_err().to_string();
        assert!(error.contains("did not end within 0 s; it printed 'started'"), "{error}");
    }
}
