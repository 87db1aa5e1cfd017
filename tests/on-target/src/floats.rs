//! Float models of other people, and what the same models cost that their authors have quantized: ours, with 8-bit
//! activations, are to cost no more.

use tiny_model_compiler::{Calibration, Options, Settings};
use tiny_model_tests::{Kind, Vectors, tensors};

/// Float models, and beside each the one with 8-bit integers of the same layers.
const TWINS: &str = include_str!("../../floats/twins.txt");

/// What is compared.
const COSTS: [&str; 3] = ["effort", "flash", "ram"];

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

/// What is wrong with what a float model costs on a board, beside what its twin does: what it takes more of.
pub(crate) fn wrong(
    (program, board): &(String, String),
    own: [u64; 3],
    twin: [u64; 3],
) -> impl Iterator<Item = String> {
    let dearer = COSTS.into_iter().zip(own.into_iter().zip(twin)).filter(|(_, (own, twin))| own > twin);
    dearer
        .map(move |(cost, (own, twin))| format!("{program} on {board}: {cost} {own}, and {twin} of the twin"))
}
