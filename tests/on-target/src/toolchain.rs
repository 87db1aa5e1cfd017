//! Finds, for each target, a rustc that can compile for it, its cargo and a linker.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, ensure};

use crate::board::TIER_3;

/// A rustc and the cargo beside it.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    rustc: PathBuf,
    cargo: PathBuf,
    /// The folder of libraries that it came with.
    sysroot: PathBuf,
    /// What `rustc --version` says.
    pub(crate) version: String,
}

/// What others set for a build of theirs, and what would change a build of ours. `LD_LIBRARY_PATH` is set by
/// `cargo run` and could give another rustc the wrong libraries.
const FOREIGN_VARIABLES: &[&str] = &[
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "LD_LIBRARY_PATH",
    "RUSTC_BOOTSTRAP",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
];

impl Toolchain {
    /// All in PATH, in its order: usually rustup's, then the system's.
    pub(crate) fn in_path() -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for folder in folders_in_path() {
            let (rustc, cargo) = (folder.join("rustc"), folder.join("cargo"));
            if !cargo.is_file() || found.iter().any(|known| known.rustc == rustc) {
                continue;
            }
            if let (Ok(sysroot), Ok(version)) =
                (ask(&rustc, &["--print", "sysroot"]), ask(&rustc, &["--version"]))
            {
                found.push(Self { rustc, cargo, sysroot: sysroot.into(), version });
            }
        }
        found
    }

    /// Whether the target's core library came with it, as after `rustup target add`.
    pub(crate) fn has_target(&self, target: &str) -> bool {
        let libraries = self.sysroot.join("lib/rustlib").join(target).join("lib");
        names_in(&libraries).iter().any(|name| name.starts_with("libcore-"))
    }

    pub(crate) fn has_library_sources(&self) -> bool {
        self.sysroot.join("lib/rustlib/src/rust/library/core/src/lib.rs").is_file()
    }

    /// Its cargo, free of what others set for their builds.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(&self.cargo);
        cargo.env("RUSTC", &self.rustc);
        FOREIGN_VARIABLES.iter().for_each(|variable| {
            cargo.env_remove(variable);
        });
        cargo
    }

    /// The same, but with a rustc that allows nightly features for the target of tier 3, and forbids them for the
    /// other boards even if it is a nightly compiler: users on stable have none either. It is a script in that
    /// folder.
    ///
    /// With `RUSTC_BOOTSTRAP` set for cargo itself, build scripts would see it and have everything that they belong
    /// to compiled again whenever the next board is one with another value.
    pub(crate) fn cargo_under_stable_rules(&self, folder: &Path) -> Result<Command> {
        let real = self.rustc.display().to_string().replace('\'', "'\\''");
        let script = format!(
            "#!/bin/sh\n\
             case \" $* \" in\n\
             *' --target {TIER_3} '*) export RUSTC_BOOTSTRAP=1 ;;\n\
             *' --target '*) export RUSTC_BOOTSTRAP=-1 ;;\n\
             esac\n\
             exec '{real}' \"$@\"\n"
        );
        fs::create_dir_all(folder)?;
        let rustc = folder.canonicalize()?.join(format!("rustc-{}", self.version_as_name()));
        // Written once, for cargo asks a rustc about itself again whenever its file is new.
        if fs::read_to_string(&rustc).ok().as_ref() != Some(&script) {
            fs::write(&rustc, script)?;
            #[cfg(unix)]
            fs::set_permissions(&rustc, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        }
        let mut cargo = self.cargo();
        cargo.env("RUSTC", rustc);
        Ok(cargo)
    }

    /// The version, as the name of a file.
    pub(crate) fn version_as_name(&self) -> String {
        self.version.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-")
    }

    fn rust_lld(&self) -> Option<PathBuf> {
        let hosts = fs::read_dir(self.sysroot.join("lib/rustlib")).ok()?;
        hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|linker| linker.is_file())
    }
}

/// LLVM's linker, which links for ARM and RISC-V: the one of a toolchain, or one in PATH.
pub(crate) fn find_lld(toolchains: &[Toolchain]) -> Result<PathBuf> {
    let in_path = || {
        let is_lld = |name: &String| name == "rust-lld" || name == "ld.lld" || name.starts_with("ld.lld-");
        folders_in_path()
            .find_map(|folder| names_in(&folder).into_iter().find(is_lld).map(|name| folder.join(name)))
    };
    toolchains.iter().find_map(Toolchain::rust_lld).or_else(in_path).context(
        "no linker for ARM and RISC-V: neither rust-lld, which comes with rustup, nor ld.lld is there \
         (on Debian 12, tests/on-target/install.sh installs one)",
    )
}

/// Fails, saying what to install, unless the program is in PATH.
pub(crate) fn require(program: &str, what_to_install: &str) -> Result<()> {
    let found = folders_in_path().any(|folder| folder.join(program).is_file());
    ensure!(
        found,
        "{program} is not in PATH: install {what_to_install} (on Debian 12, tests/on-target/install.sh does)"
    );
    Ok(())
}

fn folders_in_path() -> impl Iterator<Item = PathBuf> {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>().into_iter()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn ask(program: impl AsRef<OsStr>, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).env_remove("LD_LIBRARY_PATH").output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
