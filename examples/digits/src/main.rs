//! Reads handwritten digits with a network that the compiler turned into this program's own code.
//!
//! Without an argument it reads the 500 test pictures, with a path the pictures of that file.

mod draw;
mod pictures;

use fixed::types::U0F8;
use pictures::{INK, PIXELS, Picture};
use std::array;
use std::env;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tiny_model::tiny_model;

tiny_model!("../digits.tflite");

// The same network before its quantization, which happens here, while this program is compiled.
tiny_model! {
    /// Reads a digit. Shades are from 0 to 255/256.
    pub struct FromFloat = "../digits_float.tflite";
    calibrate = "../calibration.npz";
    verify = "../test.npz";
    input: U0F8;
    output: U0F8;
    accuracy >= 0.97;
}

/// Below this share of right answers something broke the network.
const REQUIRED_ACCURACY: f64 = 0.97;
const DRAWN: usize = 8;
const TIMED_ROUNDS: usize = 20;

/// How likely the network holds each digit.
struct Answer {
    scores: [f32; 10],
}

/// A picture, and what the network made of it.
struct Seen {
    picture: Picture,
    answer: Answer,
}

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let result = match arguments.as_slice() {
        [] => read_test_pictures(&mut io::stdout().lock()),
        [path] => read_own_pictures(&mut io::stdout().lock(), path),
        _ => Err("give the path of one file with pictures, or nothing for the test pictures".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("digits: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_test_pictures(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut digits = Digits::new();
    let pictures = pictures::load(&in_this_example("test_digits.txt"))?;
    let time = time_per_inference(&mut digits, &pictures);
    let seen: Vec<Seen> = pictures.into_iter().map(|picture| look(&mut digits, picture)).collect();
    let wrong: Vec<&Seen> = seen.iter().filter(|seen| !seen.is_right()).collect();
    let accuracy = 1.0 - wrong.len() as f64 / seen.len() as f64;
    let from_float = accuracy_from_float(&seen);

    writeln!(out, "The first {DRAWN} test pictures:")?;
    draw::gallery(out, seen.iter().take(DRAWN))?;
    if !wrong.is_empty() {
        writeln!(out, "\nRead wrong:")?;
        draw::gallery(out, wrong.iter().copied().take(DRAWN))?;
    }
    writeln!(out)?;
    writeln!(out, "accuracy   {:.1} %, {} of {} wrong", 100.0 * accuracy, wrong.len(), seen.len())?;
    writeln!(
        out,
        "           {:.1} % if quantized from floats while compiling, which foresaw {:.1} %",
        100.0 * from_float,
        100.0 * FromFloat::ACCURACY.accuracy.unwrap_or_default()
    )?;
    writeln!(out, "inference  {:.2} µs on this computer", time.as_secs_f64() * 1e6)?;
    writeln!(out, "RAM        {} bytes", Digits::RAM)?;
    writeln!(out, "flash      {} bytes of constants", Digits::FLASH)?;
    writeln!(out, "MACs       {}", Digits::MACS)?;
    match accuracy.min(from_float) < REQUIRED_ACCURACY {
        true => Err(format!("the accuracy is below {:.0} %", 100.0 * REQUIRED_ACCURACY).into()),
        false => Ok(()),
    }
}

/// The share of pictures that the network from floats reads right.
fn accuracy_from_float(seen: &[Seen]) -> f64 {
    let mut network = FromFloat::new();
    let right = seen.iter().filter(|Seen { picture, .. }| {
        let shades = picture.shades.map(|shade| U0F8::saturating_from_num(f32::from(shade) / f32::from(INK)));
        let scores: &[U0F8; 10] = network.infer(&shades);
        // Of several best scores, the first.
        let best = (0..scores.len()).rev().max_by_key(|&digit| scores[digit]);
        picture.label.is_none_or(|label| Some(label) == best)
    });
    right.count() as f64 / seen.len() as f64
}

fn read_own_pictures(out: &mut impl Write, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut digits = Digits::new();
    for picture in pictures::load(&here_or_in_this_example(path))? {
        let seen = look(&mut digits, picture);
        draw::gallery(out, [&seen])?;
        draw::bars(out, &seen.answer)?;
    }
    Ok(())
}

fn look(digits: &mut Digits, picture: Picture) -> Seen {
    let scores = digits.infer(&quantize(&picture)).map(|score| Digits::OUTPUT.dequantize(score));
    Seen { picture, answer: Answer { scores } }
}

/// The network was trained on shades from 0 to 1.
fn quantize(picture: &Picture) -> [i8; PIXELS] {
    picture.shades.map(|shade| Digits::INPUT.quantize(f32::from(shade) / f32::from(INK)))
}

fn time_per_inference(digits: &mut Digits, pictures: &[Picture]) -> Duration {
    let inputs: Vec<[i8; PIXELS]> = pictures.iter().map(quantize).collect();
    let start = Instant::now();
    for _ in 0..TIMED_ROUNDS {
        for input in &inputs {
            black_box(digits.infer(black_box(input)));
        }
    }
    start.elapsed().div_f64((TIMED_ROUNDS * inputs.len()) as f64)
}

/// So that the path is found too when the program is run from the top of the repository.
fn here_or_in_this_example(path: &Path) -> PathBuf {
    let other = in_this_example(path);
    match !path.exists() && other.exists() {
        true => other,
        false => path.to_path_buf(),
    }
}

fn in_this_example(path: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Answer {
    /// The digits with their scores, the likeliest first.
    fn ranking(&self) -> [(usize, f32); 10] {
        let mut ranking = array::from_fn(|digit| (digit, self.scores[digit]));
        ranking.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        ranking
    }

    /// The likeliest digit and its score.
    fn best(&self) -> (usize, f32) {
        self.ranking()[0]
    }
}

impl Seen {
    /// Whether the answer is the label; without a label it is.
    fn is_right(&self) -> bool {
        self.picture.label.is_none_or(|label| label == self.answer.best().0)
    }
}
