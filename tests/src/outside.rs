//! Crates outside of this workspace, as users have them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A crate `outside` in a folder of its own that is removed at the end. Nothing of this workspace's profiles holds for
/// it: what it depends on is compiled as in a user's debug build.
pub struct Outside {
    folder: PathBuf,
}

impl Outside {
    /// With these lines of dependencies, and without sources.
    pub fn new(name: &str, edition: &str, dependencies: &str) -> Self {
        let folder = format!("tiny-model-outside-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(folder.join("src")).expect("the temporary folder can be written");
        let this = Self { folder };
        this.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = 'outside{name}'\nversion = '0.0.0'\nedition = '{edition}'\n\n[workspace]\n\n[lib]\nname = 'outside'\n\n\
                 [dependencies]\n{dependencies}\n\n\
                 [profile.dev]\ndebug = false\n"
            ),
        );
        // The same versions as here, so that nothing has to be looked up.
        this.copy(&Self::root().join("Cargo.lock"), "Cargo.lock");
        this
    }

    /// The folder of this workspace.
    pub fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
    }

    /// Writes one of its files.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("the temporary folder can be written");
    }

    /// Copies a file into it.
    pub fn copy(&self, file: &Path, name: &str) {
        std::fs::copy(file, self.folder.join(name)).expect("the file is there");
    }

    /// Builds its program without a warning and runs it: what it prints, line by line.
    pub fn run(&self, arguments: impl Iterator<Item = String>) -> Vec<String> {
        let output = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--manifest-path"])
            .arg(self.folder.join("Cargo.toml"))
            .arg("--")
            .args(arguments)
            // What is built already for this workspace is not built again.
            .env("CARGO_TARGET_DIR", Self::root().join("target"))
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo can be run");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        assert_eq!(errors, "", "there are warnings");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
