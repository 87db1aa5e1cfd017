//! Builds a program as firmware for a board.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

use crate::board::Board;
use crate::program::Program;
use crate::sysroot;
use crate::toolchain::{self, Toolchain};

/// The firmware's cargo workspace.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware")
}

/// Everything the harness makes lies here.
pub(crate) fn output_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/on-target")
}

/// Compiles for the boards that it was made for.
pub(crate) struct Builder {
    kits: Vec<(&'static str, Kit)>,
}

/// What compiles for a target.
struct Kit {
    toolchain: Toolchain,
    /// Where core is, if it did not come with the toolchain.
    sysroot: Option<PathBuf>,
    /// Set when rustc has to be told.
    linker: Option<PathBuf>,
}

impl Builder {
    /// Finds a toolchain for every board, and builds core where none comes with it.
    pub(crate) fn new(boards: &[&'static Board]) -> Result<Self> {
        let toolchains = Toolchain::in_path();
        let mut kits = Vec::new();
        let mut without_core = Vec::new();
        for &board in boards {
            match toolchains.iter().find(|toolchain| toolchain.has_target(board.target)) {
                Some(toolchain) => {
                    let toolchain = toolchain.clone();
                    kits.push((board.target, Kit { toolchain, sysroot: None, linker: None }));
                }
                None => without_core.push(board),
            }
        }
        if !without_core.is_empty() {
            let with_sources = toolchains.iter().find(|toolchain| toolchain.has_library_sources());
            let toolchain = with_sources.with_context(|| no_core(&without_core))?;
            let sysroot = Some(sysroot::ensure_core(toolchain, &without_core, &output_folder())?);
            for board in without_core {
                // Targets of tier 3 name the linker of another project, which is in PATH.
                let linker = if board.is_tier_3() { None } else { Some(toolchain::find_lld(&toolchains)?) };
                kits.push((
                    board.target,
                    Kit { toolchain: toolchain.clone(), sysroot: sysroot.clone(), linker },
                ));
            }
        }
        if boards.iter().any(|board| board.is_tier_3()) {
            toolchain::require("avr-gcc", "avr-gcc and avr-libc")?;
        }
        Ok(Self { kits })
    }

    /// Cargo under stable rules (on AVR, those of nightly), and the flags with which rustc compiles for the board.
    pub(crate) fn cargo(&self, board: &Board) -> Result<(Command, Vec<String>)> {
        let kit = self.kits.iter().find(|(target, _)| *target == board.target).map(|(_, kit)| kit);
        let kit = kit.context("the builder was not made for this board")?;
        let mut cargo = kit.toolchain.cargo_under_stable_rules(&output_folder())?;
        // rustc warns whenever avr-gcc does not know an option, and then links without it.
        cargo.env("RUSTC_LOG", "error");
        Ok((cargo, kit.flags(board)))
    }

    /// Returns the ELF file, in a folder that is the program's and the board's own.
    pub(crate) fn build(&self, board: &Board, program: &Program) -> Result<PathBuf> {
        // One for each board and profile, for cargo locks it and they are built side by side.
        let target_folder = output_folder().join("build").join(board.name).join(program.profile.name());
        let (mut cargo, flags) = self.cargo(board)?;
        cargo
            .args(["build", "--quiet", "--profile", program.profile.name()])
            .args(["--target", board.target, "--target-dir"])
            .arg(&target_folder);
        if crate::floats::twin(&program.name).is_some() {
            cargo.args(["--features", "fixed"]);
        }
        // Where this file lies decides which settings files cargo reads, not where the harness was started.
        cargo.current_dir(folder());
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        cargo.env("ON_TARGET_PROGRAM", &program.path);
        for (variable, region) in [("ON_TARGET_FLASH", &board.flash), ("ON_TARGET_RAM", &board.ram)] {
            cargo.env(variable, format!("{:#x} {:#x}", region.origin, region.length));
        }
        let Output { status, stderr, .. } = cargo.output().context("cannot start cargo")?;
        let words = String::from_utf8_lossy(&stderr);
        ensure!(status.success(), "cannot build {} for {}:\n{words}", program.name, board.name);
        eprint!("{words}");

        let suffix = if board.is_tier_3() { ".elf" } else { "" };
        let built =
            target_folder.join(board.target).join(format!("{}/firmware{suffix}", program.profile.name()));
        let folder = output_folder().join(&program.name).join(board.name);
        fs::create_dir_all(&folder)?;
        let kept = folder.join("firmware.elf");
        fs::copy(&built, &kept).with_context(|| format!("cannot copy {}", built.display()))?;
        Ok(kept)
    }
}

impl Kit {
    fn flags(&self, board: &Board) -> Vec<String> {
        let mut flags = Vec::new();
        if let Some(cpu) = board.target_cpu {
            flags.push(format!("-Ctarget-cpu={cpu}"));
        }
        if let Some(sysroot) = &self.sysroot {
            flags.push(format!("--sysroot={}", sysroot.display()));
        }
        if let Some(linker) = &self.linker {
            flags.push(format!("-Clinker={}", linker.display()));
        }
        flags
    }
}

fn no_core(boards: &[&Board]) -> String {
    let mut targets: Vec<_> = boards.iter().map(|board| board.target).collect();
    targets.dedup();
    let targets = targets.join(" ");
    format!(
        "no rustc in PATH has a core library for {targets}. Install them with `rustup target add` (all but avr-none), \
         or the sources to build them from with `rustup component add rust-src`, or on Debian 12 run \
         tests/on-target/install.sh"
    )
}
