//! The macro in a crate of its own, outside of this workspace, as a user has it.

use std::path::PathBuf;
use tiny_model_tests::{Kind, Outside, Vectors};

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

/// The crate of an edition, or of the README.
fn library(name: &str) -> Outside {
    let edition = if name == "2021" { name } else { "2024" };
    // In one crate the dependency has its own name, in the others another one.
    let dependency = match name {
        "readme" => "tiny-model = {",
        _ => "renamed = { package = 'tiny-model',",
    };
    let support = Outside::root().join("support");
    let outside = Outside::new(name, edition, &format!("{dependency} path = {support:?} }}"));
    outside.write("src/lib.rs", LIBRARY);
    outside.write("src/main.rs", PROGRAM);
    outside
}

/// Copies the model of a case into the crate.
fn model(outside: &Outside, name: &str, case: &str) {
    outside.copy(&golden(case).with_extension("tflite"), name);
}

/// Builds the program and runs it on a golden input of a case: what it prints, line by line.
fn run(outside: &Outside, case: &str) -> Vec<String> {
    let vectors = Vectors::open(&golden(case));
    outside.run(vectors.integers(Kind::Input).iter().map(ToString::to_string))
}

/// Golden vectors of an operator's case.
fn golden(case: &str) -> PathBuf {
    Outside::root().join(format!("tests/ops/fully_connected/{case}.npz"))
}

fn expected(case: &str) -> String {
    format!("{:?}", Vectors::open(&golden(case)).integers(Kind::Output))
}

/// All models of the crate are the same one at first; then one file is replaced.
fn works_and_follows_the_file(edition: &str) {
    const FIRST: &str = "x_zero_point_zero";
    const OTHER: &str = "y_zero_point_lowest";
    let outside = library(edition);
    model(&outside, "src/first.tflite", FIRST);
    model(&outside, "second.tflite", FIRST);
    assert_eq!(run(&outside, FIRST), vec![expected(FIRST); 5]);

    model(&outside, "src/first.tflite", OTHER);
    let lines = run(&outside, OTHER);
    assert_eq!(lines[..4], vec![expected(OTHER); 4], "the program was not built again");
    assert_ne!(lines[4], expected(OTHER), "the second model did not change");
}

/// The README's first example, word for word.
#[test]
fn readme_example() {
    let readme = std::fs::read_to_string(Outside::root().join("README.md")).expect("there is a README");
    let example = readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    let outside = library("readme");
    outside.write("src/lib.rs", "");
    outside.write("src/main.rs", example.expect("the README has an example"));
    outside.copy(&Outside::root().join("examples/digits/digits.tflite"), "src/digits.tflite");
    let lines = run(&outside, "per_tensor");
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
