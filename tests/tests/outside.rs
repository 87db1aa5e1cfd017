//! The macro in a crate of its own, outside of this workspace, as a user has it.

use std::path::{Path, PathBuf};
use std::process::Command;
use tiny_model_tests::{Kind, Vectors};

/// Hostile surroundings: names of the standard library taken, every lint that is about style denied.
const LIBRARY: &str = r#"
#![no_std]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, unreachable_pub)]
//! A crate whose own names are those that an expansion might use.

use renamed::tiny_model;

/// Not the real one.
pub mod core {}
/// Not the real one.
pub mod std {}
/// Not the real one.
pub mod tiny_model {}
/// Not the real one.
pub struct Option;
/// Not the real one.
pub struct Result;
/// Not the real one.
pub struct Default;
/// Not the real one.
pub trait Model {}
/// Not the real one.
#[macro_export]
macro_rules! assert { () => {}; }

tiny_model!("first.tflite");

tiny_model! {
    /// The same in the long form, private.
    #[derive(Clone)]
    struct Second = "../second.tflite";
}

/// The same input through three structs, one of which is local.
pub fn all(input: &[i8; 16]) -> [[i8; 8]; 3] {
    tiny_model!("first.tflite");
    [*First::new().infer(input), *crate::First::new().infer(input), *Second::new().clone().infer(input)]
}
"#;

const PROGRAM: &str = r#"
use outside::First;
use renamed::Model;

/// Through the trait, as generic code does it.
fn generic<'a, M>(model: &'a mut M, input: &'a [i8; 16]) -> [i8; 8]
where
    M: Model<Input<'a> = &'a [i8; 16], Output<'a> = &'a [i8; 8]>,
{
    *model.infer(input)
}

fn main() {
    let numbers = std::env::args().skip(1).map(|text| text.parse().unwrap());
    let input: [i8; 16] = numbers.collect::<Vec<i8>>().try_into().unwrap();
    let mut first = First::new();
    *first.input_mut() = input;
    println!("{:?}", first.run());
    println!("{:?}", generic(&mut first, &input));
    for output in outside::all(&input) {
        println!("{output:?}");
    }
}
"#;

/// A crate in a folder of its own that is removed at the end.
struct Crate {
    folder: PathBuf,
}

impl Crate {
    fn new(name: &str) -> Self {
        let edition = if name == "2021" { name } else { "2024" };
        let folder = format!("tiny-model-outside-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(folder.join("src")).expect("the temporary folder can be written");
        let this = Self { folder };
        let support = root().join("support");
        // In one crate the dependency has its own name, in the others another one.
        let dependency = match name {
            "readme" => "tiny-model = {",
            _ => "renamed = { package = 'tiny-model',",
        };
        this.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = 'outside{name}'\nversion = '0.0.0'\nedition = '{edition}'\n\n[workspace]\n\n[lib]\nname = 'outside'\n\n\
                 [dependencies]\n{dependency} path = {support:?} }}\n\n\
                 [profile.dev]\ndebug = false\n"
            ),
        );
        // The same versions as here, so that nothing has to be looked up.
        std::fs::copy(root().join("Cargo.lock"), this.folder.join("Cargo.lock"))
            .expect("the lock file is there");
        this.write("src/lib.rs", LIBRARY);
        this.write("src/main.rs", PROGRAM);
        this
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("the temporary folder can be written");
    }

    fn model(&self, name: &str, case: &str) {
        std::fs::copy(golden(case).with_extension("tflite"), self.folder.join(name))
            .expect("the model is there");
    }

    /// Builds the program and runs it on a golden input of a case: what it prints, line by line.
    fn run(&self, case: &str) -> Vec<String> {
        let output = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--manifest-path"])
            .arg(self.folder.join("Cargo.toml"))
            .arg("--")
            .args(Vectors::open(&golden(case)).integers(Kind::Input).iter().map(ToString::to_string))
            // What is built already for this workspace is not built again.
            .env("CARGO_TARGET_DIR", root().join("target"))
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo can be run");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        assert_eq!(errors, "", "there are warnings");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }
}

impl Drop for Crate {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}

/// Golden vectors of an operator's case.
fn golden(case: &str) -> PathBuf {
    root().join(format!("tests/ops/fully_connected/{case}.npz"))
}

fn expected(case: &str) -> String {
    format!("{:?}", Vectors::open(&golden(case)).integers(Kind::Output))
}

/// All models of the crate are the same one at first; then one file is replaced.
fn works_and_follows_the_file(edition: &str) {
    const FIRST: &str = "x_zero_point_zero";
    const OTHER: &str = "y_zero_point_lowest";
    let outside = Crate::new(edition);
    outside.model("src/first.tflite", FIRST);
    outside.model("second.tflite", FIRST);
    assert_eq!(outside.run(FIRST), vec![expected(FIRST); 5]);

    outside.model("src/first.tflite", OTHER);
    let lines = outside.run(OTHER);
    assert_eq!(lines[..4], vec![expected(OTHER); 4], "the program was not built again");
    assert_ne!(lines[4], expected(OTHER), "the second model did not change");
}

/// The README's first example, word for word.
#[test]
fn readme_example() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let example = readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    let outside = Crate::new("readme");
    outside.write("src/lib.rs", "");
    outside.write("src/main.rs", example.expect("the README has an example"));
    std::fs::copy(root().join("examples/digits/digits.tflite"), outside.folder.join("src/digits.tflite"))
        .expect("the model is there");
    let lines = outside.run("per_tensor");
    assert!(lines[0].starts_with("a blank picture"), "{lines:?}");
}

#[test]
fn edition_2021() {
    works_and_follows_the_file("2021");
}

#[test]
fn edition_2024() {
    works_and_follows_the_file("2024");
}
