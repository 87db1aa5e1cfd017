//! Quantizing a float model takes seconds, even in a macro that nobody optimizes. Alone here, for no other test is to
//! take from the processor meanwhile.

use tiny_model_compiler::{Calibration, Settings, quantize};
use tiny_model_tests::{Clock, Kind, Vectors, tensors, zoo, zoo_model};

/// In a macro nothing of this is optimized, unless the user's profile says so.
#[test]
fn a_hundred_samples_take_seconds() {
    const MOST: f64 = 20.0;
    let model = zoo().join("mlperf_kws_dscnn_fp32_v12");
    let Some(bytes) = zoo_model("mlperf_kws_dscnn_fp32_v12") else { return };
    let given = Vectors::open(&model.with_extension("npz"));
    let mut samples: Vec<_> = (0..given.count()).map(|at| tensors(&given, Kind::Input, at)).collect();
    samples = samples.into_iter().cycle().take(100).collect();
    let settings = Settings { calibration: Calibration::Samples(samples), ..Settings::default() };
    let clock = Clock::start();
    let (_, _, facts) = quantize(&bytes, &settings).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let seconds = clock.seconds();
    println!("{seconds:.1} s, {:.1} dB", facts.accuracy.sqnr);
    assert!(seconds < MOST, "{seconds:.1} s");
}
