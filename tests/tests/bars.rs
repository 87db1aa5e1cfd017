//! Float models that we quantize, beside TensorFlow Lite's own quantization of them: both from the same samples,
//! and LiteRT's outputs of the float model as the truth.
//!
//! `UPDATE=1 cargo test --release -p tiny-model-tests --test bars` writes the table of the README anew. Without
//! optimization the rows of the smaller models alone are measured again.

use std::path::Path;
use tiny_model_compiler::{Bits, Calibration, ElementType, Facts, Machine, Program, Settings, quantize};
use tiny_model_tests::{Kind, Slice, Vectors, zoo, zoo_model};

const CALIBRATION: u64 = 40;
const TEST: u64 = 400;
/// Models with the least and the greatest value of their input, and whether they take seconds even in a compiler
/// that is not optimized.
const MODELS: [(&str, f64, f64, bool); 6] = [
    ("mlonmcu_micro_kws_m_fp32", 0.0, 26.0, true),
    ("mlonmcu_simple_mnist_fp32", 0.0, 1.0, true),
    ("mlperf_ic_resnet8_fp32", 0.0, 255.0, false),
    ("mlperf_kws_dscnn_fp32_v12", -80.0, 80.0, true),
    ("mlperf_vww_96_float", 0.0, 1.0, false),
    ("tinymaix_mnist_valid_f", 0.0, 1.0, true),
];
/// So many are no worse than TensorFlow Lite's at 8 bits, in agreement and in noise.
const NO_WORSE: usize = 6;
/// By so many dB 16-bit activations are to be nearer than TensorFlow Lite's 8 bits, and so many models are.
const FAR: f64 = 15.0;
const FARTHER: usize = 5;

/// SplitMix64, as in `floats/peer.py`.
fn random(index: u64) -> f64 {
    let x = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 40) as f64 / f64::from(1 << 24)
}

/// Noise whose grain, brightness and contrast are the sample's own.
fn sample(number: u64, elements: usize, low: f64, high: f64) -> Vec<f32> {
    let first = (number + 1) << 32;
    let grain = [1, 3, 8, 20, 50][(number % 5) as usize];
    let (bright, contrast) = (random(first), random(first + 1));
    let value = |at: u64| {
        let noise = random(first + 2 + at / grain);
        let share = (bright + contrast * 2.0 * (noise - 0.5)).clamp(0.0, 1.0);
        (low + (high - low) * share) as f32
    };
    (0..elements as u64).map(value).collect()
}

/// How near outputs are to the truth: top-1 agreement, and signal-to-noise ratio in dB.
#[derive(Clone, Copy)]
struct Nearness {
    agreement: f64,
    sqnr: f64,
}

impl Nearness {
    fn of(truth: &[Vec<f32>], found: &[Vec<f32>]) -> Self {
        let class = |output: &[f32]| {
            (0..output.len()).rev().max_by(|&a, &b| output[a].total_cmp(&output[b])).unwrap_or(0)
        };
        let agreed = truth.iter().zip(found).filter(|(a, b)| class(a) == class(b)).count();
        let pairs = || truth.iter().flatten().zip(found.iter().flatten());
        let signal: f64 = pairs().map(|(x, _)| f64::from(*x).powi(2)).sum();
        let noise: f64 = pairs().map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2)).sum();
        Self { agreement: agreed as f64 / truth.len() as f64, sqnr: 10.0 * (signal / noise).log10() }
    }
}

/// Our outputs on samples, as real numbers.
fn outputs(program: &Program, samples: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let (input, output) = (&program.inputs[0], &program.outputs[0]);
    let mut machine = Machine::new(program);
    let run = |sample: &Vec<f32>| {
        let (low, high) = match input.view.ty {
            ElementType::UInt8 => (0.0, 255.0),
            ElementType::Int16 => (-32768.0, 32767.0),
            _ => (-128.0, 127.0),
        };
        let bytes = input.view.bytes() / input.view.len;
        let integer =
            |x: &f32| (f64::from(*x) / f64::from(input.scale)).round_ties_even().clamp(low, high) as i32;
        let given = sample.iter().flat_map(|x| integer(x).to_le_bytes().into_iter().take(bytes)).collect();
        let found = machine.run(&[given]).expect("it runs on the host").swap_remove(0);
        let integers: Vec<i32> = match output.view.ty {
            ElementType::Int16 => found.chunks(2).map(|b| i16::from_le_bytes([b[0], b[1]]).into()).collect(),
            ElementType::UInt8 => found.iter().map(|&b| b.into()).collect(),
            _ => found.iter().map(|&b| (b as i8).into()).collect(),
        };
        integers.into_iter().map(|x| output.scale * (x - output.zero_point) as f32).collect()
    };
    samples.iter().map(run).collect()
}

fn column(vectors: &Vectors, index: usize) -> Vec<Vec<f32>> {
    let row = |at| match vectors.values(Kind::Output, index, at) {
        Some(Slice::Floats(values)) => values.to_vec(),
        _ => panic!("outputs are floats"),
    };
    (0..vectors.count()).map(row).collect()
}

const HEAD: &str = "\
| model | agreement, 8 bits | TensorFlow Lite | SQNR, 8 bits | TensorFlow Lite | SQNR, 16 bits | TensorFlow Lite |
|---|---:|---:|---:|---:|---:|---:|
";

/// A row of the table; none if the model is absent.
fn row((name, low, high, _): (&str, f64, f64, bool)) -> Option<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes = zoo_model(name)?;
    let peer = Vectors::open(&here.join("floats/peer").join(name).with_extension("npz"));
    let truth = column(&peer, 0);
    let theirs = [1, 2].map(|index| Nearness::of(&truth, &column(&peer, index)));
    let elements = Vectors::open(&zoo().join(name).with_extension("npz"));
    let elements = match elements.values(Kind::Input, 0, 0) {
        Some(Slice::Floats(values)) => values.len(),
        _ => panic!("the input is floats"),
    };
    let ours = [Bits::Eight, Bits::Sixteen].map(|bits| {
        let samples = (0..CALIBRATION).map(|n| vec![sample(n, elements, low, high)]).collect();
        let settings = Settings { calibration: Calibration::Samples(samples), bits, ..Settings::default() };
        let (program, _, facts) =
            quantize(&bytes, &settings).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
        let test: Vec<Vec<f32>> =
            (CALIBRATION..CALIBRATION + TEST).map(|n| sample(n, elements, low, high)).collect();
        let near = Nearness::of(&truth, &outputs(&program, &test));
        let Facts { method, corrected, fitted, equalized, .. } = facts;
        println!(
            "{name} {bits:?}: {method}, corrected {corrected}, fitted {fitted}, equalized {equalized}, {:.1} dB",
            near.sqnr
        );
        near
    });
    let share = |near: Nearness| format!("{:.1} %", near.agreement * 100.0);
    Some(format!(
        "| {name} | {} | {} | {:.1} dB | {:.1} dB | {:.1} dB | {:.1} dB |",
        share(ours[0]),
        share(theirs[0]),
        ours[0].sqnr,
        theirs[0].sqnr,
        ours[1].sqnr,
        theirs[1].sqnr
    ))
}

/// The figures of a row: agreement, and signal-to-noise ratios, ours and theirs.
fn figures(row: &str) -> [f64; 6] {
    let cells = row.split('|').skip(2).filter_map(|cell| cell.split_whitespace().next());
    let figures: Vec<f64> = cells.map(|cell| cell.parse().expect("a figure")).collect();
    figures.try_into().expect("six figures")
}

#[test]
fn quantization_is_as_near_as_tensorflows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("floats/bars.md");
    let update = std::env::var_os("UPDATE").is_some();
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let measured = |model: &(&str, f64, f64, bool)| update || model.3 || !cfg!(debug_assertions);
    let rows: Vec<Option<String>> = std::thread::scope(|scope| {
        let tasks: Vec<_> = MODELS
            .iter()
            .filter(|model| measured(model))
            .map(|&model| scope.spawn(move || row(model)))
            .collect();
        tasks.into_iter().map(|task| task.join().expect("it is quantized")).collect()
    });
    // Without the models of other people there is nothing to measure.
    let Some(rows) = rows.into_iter().collect::<Option<Vec<String>>>() else { return };
    if update {
        std::fs::write(&path, format!("{HEAD}{}\n", rows.join("\n"))).expect("the table can be written");
    }
    let table = if update { std::fs::read_to_string(&path).unwrap_or_default() } else { old };
    rows.iter().for_each(|row| println!("{row}"));
    for row in &rows {
        assert!(table.contains(row), "{row}\nis measured; `UPDATE=1` and `--release` write the table anew");
    }
    let rows: Vec<[f64; 6]> = table.lines().skip(2).map(figures).collect();
    assert_eq!((rows.len(), table.starts_with(HEAD)), (MODELS.len(), true));
    let no_worse =
        rows.iter().filter(|&[ours, theirs, near, nearness, ..]| ours >= theirs && near >= nearness);
    let farther = rows.iter().filter(|&[.., nearness, near, _]| *near >= nearness + FAR);
    assert_eq!((no_worse.count(), farther.count()), (NO_WORSE, FARTHER), "of {}", MODELS.len());
    assert!(rows.iter().all(|&[.., ours, theirs]| ours >= theirs));
}
