//! Float models of other people, and what the same models cost that their authors have quantized: ours, with 8-bit
//! activations, are to cost no more.

use tiny_model_compiler::{Calibration, Options, Settings};
use tiny_model_tests::{Kind, Vectors, tensors};

/// Float models of which there is one with 8-bit integers, of the same layers.
pub(crate) const TWINS: [(&str, &str); 5] = [
    ("mlonmcu_micro_kws_m_fp32", "mlonmcu_micro_kws_m_int8"),
    ("mlperf_ad01_fp32", "mlperf_ad01_int8"),
    ("mlperf_kws_dscnn_float32", "mlperf_kws_dscnn_int8"),
    ("tflm_hello_world_float", "tflm_hello_world_int8"),
    ("tinymaix_mnist_valid_f", "tinymaix_mnist_valid_q"),
];

/// Golden vectors to calibrate with: what a model costs does not depend on them.
const SAMPLES: usize = 6;

/// The model of integers that belongs to a float model, if that is one of those.
pub(crate) fn twin(name: &str) -> Option<&'static str> {
    TWINS.iter().find(|(float, _)| *float == name).map(|(_, twin)| *twin)
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
