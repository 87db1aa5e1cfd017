//! Turns some of the test pictures of the digits network into constants.

use std::path::PathBuf;
use std::{env, fs};

const TEST_DIGITS: &str = "../digits/test_digits.txt";

/// Where four different digits follow each other.
const FIRST: usize = 10;
const COUNT: usize = 4;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={TEST_DIGITS}");
    let text = fs::read_to_string(TEST_DIGITS).expect("the repository has it");
    let lines: Vec<&str> = text.lines().collect();
    let chosen = lines.split(|line| line.is_empty()).skip(FIRST).take(COUNT);
    let (labels, pictures): (Vec<&str>, Vec<Vec<i16>>) = chosen.map(read).unzip();

    let constants = format!(
        "/// The pictures, line by line: -128 is paper, 127 is ink. A constant, so that each program chooses where it \
         lies.\n\
         pub const PICTURES: [[i8; PIXELS]; {COUNT}] = {pictures:?};\n\
         /// The digits that the pictures show.\n\
         pub const LABELS: [u8; {COUNT}] = [{}];\n",
        labels.join(", ")
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("constants.rs"), constants).expect("OUT_DIR can be written to");
}

/// The label, from a line as `# 4`, and the picture below.
fn read<'a>(lines: &[&'a str]) -> (&'a str, Vec<i16>) {
    let (label, rows) = lines.split_first().expect("a picture has lines");
    (label.trim_start_matches("# "), rows.concat().chars().map(quantize).collect())
}

/// What the network reads for a shade, `.` for paper and `1` to `9` to `a` to `g`: 16 steps apart from -128 on, at most
/// 127.
fn quantize(shade: char) -> i16 {
    let shade = if shade == '.' { Some(0) } else { shade.to_digit(17) };
    let shade = shade.and_then(|shade| i16::try_from(shade).ok()).expect("a shade");
    (16 * shade - 128).min(127)
}
