//! The program as a person runs it.

use std::path::Path;
use std::process::{Command, Output};

fn digits(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_digits")).args(arguments).output().expect("the program can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_owned()).expect("it prints text")
}

#[test]
fn reads_the_test_pictures() {
    let output = digits(&[]);
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{printed}{}", text(&output.stderr));
    // The share is the README's; the network is exact, so it is the same everywhere.
    assert!(printed.contains("99.6 %"), "{printed}");
    // What the macro has measured is what the program measures.
    assert!(
        printed.contains("99.6 % if quantized from floats while compiling, which foresaw 99.6 %"),
        "{printed}"
    );
}

#[test]
fn reads_a_picture_of_ones_own() {
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("my_digit.txt");
    let output = digits(&[picture.to_str().expect("the path is text")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(!output.stdout.is_empty());
}

#[test]
fn a_missing_file_is_named() {
    let output = digits(&["no_such_file.txt"]);
    let errors = text(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("no_such_file.txt"), "{errors}");
}
