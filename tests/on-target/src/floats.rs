//! Float models of other people, and what the same models cost that their authors have quantized: ours, with 8-bit
//! activations, are to cost no more.

use tiny_model_compiler::{Calibration, Options, Settings};
use tiny_model_tests::{Kind, Vectors, tensors};

/// Float models, and beside each the one with 8-bit integers of the same layers.
const TWINS: &str = include_str!("../../floats/twins.txt");

/// Where a float model is known to cost more: program, board, cost, percent by which it may; then why.
const DEARER: &str = include_str!("../../floats/dearer.txt");

/// What is compared.
const COSTS: [&str; 3] = ["effort", "flash", "ram"];

/// The percent by which a float model may cost more where nothing is known: inputs without a sign are first brought to int8.
const TOLERANCE: u64 = 3;

/// Golden vectors to calibrate with: what a model costs does not depend on them.
const SAMPLES: usize = 6;

/// The float models and their twins.
pub(crate) fn twins() -> impl Iterator<Item = (&'static str, &'static str)> {
    TWINS.lines().filter_map(|line| line.split_once(' '))
}

/// The model of integers that belongs to a float model, if that is one of those.
pub(crate) fn twin(name: &str) -> Option<&'static str> {
    twins().find(|(float, _)| *float == name).map(|(_, twin)| twin)
}

/// How such a model is quantized; others are not.
pub(crate) fn options(name: &str, vectors: &Vectors) -> Options {
    if twin(name).is_none() {
        return Options::default();
    }
    let samples = (0..vectors.count().min(SAMPLES)).map(|at| tensors(vectors, Kind::Input, at)).collect();
    let quantization = Settings { calibration: Calibration::Samples(samples), ..Settings::default() };
    Options { quantization, ..Options::default() }
}

/// What is wrong with what a float model costs on a board, beside what its twin does: too much of it, or an exception
/// that is not needed any more.
pub(crate) fn wrong(key: &(String, String), own: [u64; 3], twin: [u64; 3]) -> Vec<String> {
    let (program, board) = key;
    let mut wrong = Vec::new();
    for (cost, (own, twin)) in COSTS.iter().zip(own.into_iter().zip(twin)) {
        let known = DEARER.lines().find_map(|line| {
            let rest = line.strip_prefix(&format!("{program} {board} {cost} "))?;
            rest.split(' ').next()?.parse::<u64>().ok()
        });
        let is_within = |percent: u64| own * 100 <= twin * (100 + percent);
        match known {
            Some(_) if is_within(TOLERANCE) => {
                wrong.push(format!(
                    "{program} on {board}: {cost} is no exception any more: {own}, and {twin}"
                ));
            }
            known if !is_within(known.unwrap_or(TOLERANCE)) => {
                wrong.push(format!("{program} on {board}: {cost} {own}, and {twin} of the twin"));
            }
            _ => {}
        }
    }
    wrong
}
