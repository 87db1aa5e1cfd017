//! Builds the core library for targets that no toolchain brought it for.
//!
//! Only this step needs the nightly flag `-Zbuild-std`, and so `RUSTC_BOOTSTRAP`. The result is a folder for
//! rustc's `--sysroot`, with which firmware compiles under the rules of stable Rust, as with a target that
//! rustup installed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::board::Board;
use crate::toolchain::Toolchain;

/// The sysroot with core for the targets of these boards; builds what is not there yet, all in one go to keep
/// every processor busy. It stays in cargo's target folder.
pub(crate) fn ensure_core(toolchain: &Toolchain, boards: &[&Board], output: &Path) -> Result<PathBuf> {
    // A compiler cannot use the core that another one built.
    let sysroot = output.join("sysroot").join(toolchain.version_as_name());
    let libraries = |board: &Board| sysroot.join("lib/rustlib").join(board.target).join("lib");
    let mut missing: Vec<_> = boards.iter().copied().filter(|board| !libraries(board).is_dir()).collect();
    missing.sort_unstable_by_key(|board| board.target);
    missing.dedup_by_key(|board| board.target);
    if missing.is_empty() {
        return Ok(sysroot);
    }
    let names: Vec<_> = missing.iter().map(|board| board.target).collect();
    println!("building core, once, for {}", names.join(", "));
    // Of this process only: two harnesses may run at once.
    let scratch = sysroot.join(format!("scratch-{}", std::process::id()));
    build(toolchain, &missing, &scratch)?;
    for board in missing {
        collect(&scratch.join("target").join(board.target).join("release/deps"), &libraries(board))?;
    }
    fs::remove_dir_all(&scratch)?;
    Ok(sysroot)
}

fn build(toolchain: &Toolchain, boards: &[&Board], scratch: &Path) -> Result<()> {
    let manifest = "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n[profile.release]\npanic = \"abort\"\n";
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(scratch.join("Cargo.toml"), manifest)?;
    fs::write(scratch.join("src/lib.rs"), "#![no_std]\n")?;

    let mut cargo = toolchain.cargo();
    cargo.current_dir(scratch).env("RUSTC_BOOTSTRAP", "1");
    cargo.args(["build", "--quiet", "--release", "--target-dir", "target", "-Zbuild-std=core"]);
    // As cargo has it for what goes into link-time optimization, which all firmware has: bitcode instead of
    // instructions, a quarter less work. Selected by system and not by target, for cargo does not find the
    // settings of a target with a dot in its name.
    cargo.args(["--config", "target.'cfg(target_os = \"none\")'.rustflags=[\"-Clinker-plugin-lto\"]"]);
    for board in boards {
        cargo.args(["--target", board.target]);
        // rustup's core is for the smallest processor of a target; a target of tier 3 may have no such thing.
        if let Some(cpu) = board.target_cpu.filter(|_| board.is_tier_3()) {
            cargo.args(["--config", &format!("target.{}.rustflags=[\"-Ctarget-cpu={cpu}\"]", board.target)]);
        }
    }
    let status = cargo.status().context("cannot start cargo")?;
    ensure!(status.success(), "cannot build core with {}", toolchain.version);
    Ok(())
}

/// Moves the libraries into place in one step, so that a folder that is there is complete.
fn collect(built: &Path, place: &Path) -> Result<()> {
    let partial = place.with_extension(format!("partial-{}", std::process::id()));
    fs::create_dir_all(&partial)?;
    for entry in fs::read_dir(built)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let wanted = name.starts_with("libcore-") || name.starts_with("libcompiler_builtins-");
        if wanted && name.ends_with(".rlib") {
            fs::rename(entry.path(), partial.join(name))?;
        }
    }
    if fs::rename(&partial, place).is_err() {
        ensure!(place.is_dir(), "cannot create {}", place.display());
        fs::remove_dir_all(&partial)?; // another harness was faster
    }
    Ok(())
}
