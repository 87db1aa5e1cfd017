//! Float models of other people, and what the same models cost that their authors have quantized: ours, with 8-bit
//! activations, are to cost no more.

use anyhow::{Context, Result, ensure};
use tiny_model_compiler::{Calibration, Options, Settings};
use tiny_model_tests::{Kind, Vectors, tensors};

use crate::board::BOARDS;

/// Float models, and beside each the one with 8-bit integers of the same layers.
const TWINS: &str = include_str!("../../floats/twins.txt");

/// Where a float model is known to cost more: program, board, cost, percent by which it may; then why.
const DEARER: &str = include_str!("../../floats/dearer.txt");

/// What is compared, and by how many of a thousand a float model may cost more where nothing is known: inputs without a
/// sign are first brought to int8, which users of the other model do themselves.
const COSTS: [(&str, u64); 3] = [("effort", 5), ("flash", 0), ("ram", 0)];

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

/// By how many of a thousand that may be more for all models.
fn tolerance(cost: &str) -> Option<u64> {
    COSTS.iter().find(|(name, _)| *name == cost).map(|&(_, thousandths)| thousandths)
}

/// A line of [`DEARER`].
struct Dearer<'a> {
    program: &'a str,
    board: &'a str,
    cost: &'a str,
    percent: u64,
}

/// All of them; an error if one speaks of what is not compared, and so allows nothing.
fn dearer() -> Result<Vec<Dearer<'static>>> {
    let line = |line: &'static str| {
        let mut words = line.splitn(5, ' ');
        let dearer = Dearer {
            program: words.next().filter(|name| twin(name).is_some()).context("no program with a twin")?,
            board: words
                .next()
                .filter(|name| BOARDS.iter().any(|board| board.name == *name))
                .context("no board")?,
            cost: words.next().filter(|name| tolerance(name).is_some()).context("no cost")?,
            percent: words.next().context("no percent")?.parse()?,
        };
        let all = tolerance(dearer.cost).unwrap_or(0);
        ensure!(dearer.percent * 10 > all, "all may cost {all} of a thousand more");
        words.next().context("no reason")?;
        Ok(dearer)
    };
    DEARER.lines().map(|text| line(text).with_context(|| format!("in dearer.txt: '{text}'"))).collect()
}

/// What is wrong with what a float model costs on a board, beside what its twin does: too much of it, or an exception
/// that is not needed any more.
pub(crate) fn wrong(key: &(String, String), own: [u64; 3], twin: [u64; 3]) -> Result<Vec<String>> {
    let (program, board) = key;
    let dearer = dearer()?;
    let mut wrong = Vec::new();
    for ((cost, tolerance), (own, twin)) in COSTS.into_iter().zip(own.into_iter().zip(twin)) {
        let is_here =
            |known: &&Dearer<'_>| (known.program, known.board, known.cost) == (program, board, cost);
        let known = dearer.iter().find(is_here);
        let is_within = |thousandths: u64| own * 1000 <= twin * (1000 + thousandths);
        if known.is_some() && is_within(tolerance) {
            wrong.push(format!("{program} on {board}: {cost} is no exception any more: {own}, and {twin}"));
        } else if !is_within(known.map_or(tolerance, |known| known.percent * 10)) {
            wrong.push(format!("{program} on {board}: {cost} {own}, and {twin} of the twin"));
        }
    }
    Ok(wrong)
}
