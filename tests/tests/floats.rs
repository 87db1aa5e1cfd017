//! The float executor that quantization is measured by, against TensorFlow Lite's reference kernels on
//! floats.

use std::path::{Path, PathBuf};
use tiny_model_compiler::{
    Bits, Calibration, Figures, Limits, Options, Settings, diagnose_with, quantize, run_float,
};
use tiny_model_tests::{Kind, Vectors, tensors, zoo, zoo_model};

/// Differences are in single precision: this share of the greatest value of an output.
const TOLERANCE: f32 = 1e-5;

/// Runs a model on the inputs of one file of vectors and compares with the outputs of another.
fn check(model: &Path, inputs: &Path, outputs: &Path) {
    let bytes = std::fs::read(model).expect("the model can be read");
    let (given, expected) = (Vectors::open(inputs), Vectors::open(outputs));
    let samples: Vec<Vec<Vec<f32>>> = (0..given.count()).map(|at| tensors(&given, Kind::Input, at)).collect();
    let name = model.display();
    let found = run_float(&bytes, &samples).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    let mut worst = 0f32;
    let count = tensors(&expected, Kind::Output, 0).len();
    for output in 0..count {
        let all: Vec<Vec<f32>> =
            (0..found.len()).map(|at| tensors(&expected, Kind::Output, at).swap_remove(output)).collect();
        let greatest = all.iter().flatten().fold(f32::MIN_POSITIVE, |greatest, x| greatest.max(x.abs()));
        for (at, (expected, found)) in all.iter().zip(&found).enumerate() {
            assert_eq!(expected.len(), found[output].len(), "{name}: length of output {output}");
            for (place, (x, y)) in expected.iter().zip(&found[output]).enumerate() {
                let error = (x - y).abs() / greatest;
                worst = worst.max(error);
                assert!(
                    error <= TOLERANCE,
                    "{name}: vector {at}, output {output}[{place}]: {y} instead of {x}"
                );
            }
        }
    }
    println!("{name}: {worst:e}");
}

/// Float models of the zoo.
const MODELS: [&str; 13] = [
    "gotflite_xor_fp32",
    "mlonmcu_lstm2_fp32",
    "mlonmcu_micro_kws_m_fp32",
    "mlonmcu_simple_mnist_fp32",
    "mlonmcu_text_class_fp32",
    "mlperf_ad01_fp32",
    "mlperf_ic_resnet8_fp32",
    "mlperf_kws_dscnn_fp32_v12",
    "mlperf_vww_96_float",
    "rhasspy_vad_fp32",
    "tflm_hello_world_float",
    "tflm_mnist_lstm_float",
    "tinymaix_mnist_valid_f",
];
/// Those with weights of fewer bits.
const NARROW: [&str; 4] = [
    "mlonmcu_catdog_hybrid",
    "mlperf_kws_dscnn_float32",
    "mlperf_toycar_hybrid",
    "tflite2onnx_conv_float16w",
];

#[test]
fn whole_models_agree_with_tensorflow_lite() {
    for name in MODELS {
        let model = zoo().join(name).with_extension("tflite");
        if zoo_model(name).is_none() {
            continue;
        }
        for vectors in ["npz", "long.npz"] {
            let vectors = model.with_extension(vectors);
            if vectors.exists() {
                check(&model, &vectors, &vectors);
            }
        }
    }
}

#[test]
fn operators_agree_with_tensorflow_lite() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("floats");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the repository");
    let mut models: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    models.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    models.sort();
    assert!(models.len() > 200, "{} models", models.len());
    for model in models {
        let vectors = model.with_extension("npz");
        check(&model, &vectors, &vectors);
    }
}

#[test]
fn weights_of_fewer_bits_are_widened_first() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("floats");
    for name in NARROW {
        let model = zoo().join(name).with_extension("tflite");
        if zoo_model(name).is_some() {
            check(&model, &model.with_extension("npz"), &folder.join(name).with_extension("npz"));
        }
    }
}

/// Multiplications and additions of constants vanish into weights and biases, but for what zeros around a picture or
/// a ReLU keep apart.
#[test]
fn constants_are_folded_into_weights() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("floats");
    let left: [(&str, &[&str]); 9] = [
        ("after_convolution", &[]),
        ("after_no_bias", &[]),
        ("after_depthwise", &[]),
        ("after_relu", &[]),
        ("before_convolution", &[]),
        ("before_depthwise", &[]),
        ("before_padding", &["MUL", "ADD"]),
        ("before_dense", &[]),
        ("with_relu", &["ADD"]),
    ];
    for (name, left) in left {
        let bytes = std::fs::read(folder.join(format!("folded__{name}.tflite"))).expect("it can be read");
        let settings = Settings { calibration: Calibration::Uniform(-2.0, 2.0), ..Settings::default() };
        let (program, _, facts) = quantize(&bytes, &settings).expect("it is quantized");
        let weighted = ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "QUANTIZE"];
        let names = program.calls.iter().map(|call| call.name).filter(|name| !weighted.contains(name));
        assert_eq!(names.collect::<Vec<_>>(), left, "{name}");
        assert!(facts.accuracy.sqnr > 25.0, "{name}: {:.1} dB", facts.accuracy.sqnr);
    }
}

#[test]
fn single_layers_have_16_bits_within_limits() {
    let model = zoo().join("tinymaix_mnist_valid_f.tflite");
    let Some(bytes) = zoo_model("tinymaix_mnist_valid_f") else { return };
    let given = Vectors::open(&model.with_extension("npz"));
    let samples: Vec<_> = (0..given.count()).map(|at| tensors(&given, Kind::Input, at)).collect();
    let found = |bits, limits| {
        let calibration = Calibration::Samples(samples.clone());
        let settings = Settings { calibration, bits, limits, ..Settings::default() };
        let (program, layout, facts) = quantize(&bytes, &settings).expect("it is quantized");
        let raised: Vec<String> = facts.raised.iter().map(ToString::to_string).collect();
        let noted =
            program.calls.iter().filter(|call| call.notes.iter().any(|note| note.starts_with("16-bit")));
        (Figures::of(&program, &layout), raised, facts.accuracy.sqnr, noted.count())
    };
    let ram = |ram: usize| Limits { ram: Some(ram as u128), ..Limits::default() };
    let (eight, none, sqnr, _) = found(Bits::Eight, Limits::default());
    assert!(none.is_empty());
    let (all, raised, most, noted) = found(Bits::Auto, ram(1 << 20));
    println!("{sqnr:.1} dB in {}, {most:.1} dB in {} with {raised:?}", eight.ram, all.ram);
    assert!(!raised.is_empty() && noted >= raised.len() && most > sqnr + 1.0, "{sqnr:.1} dB, {most:.1} dB");
    // Within as much as 8 bits take it is others, and within less than that none.
    let flash = Limits { flash: Some(eight.flash as u128), ..Limits::default() };
    let (some, fewer, between, _) = found(Bits::Auto, flash);
    assert!(all.flash > eight.flash && some.flash <= eight.flash && fewer != raised && between >= sqnr);
    let (least, none, same, _) = found(Bits::Auto, ram(16));
    assert!(none.is_empty() && (least.ram, same) == (eight.ram, sqnr));
    assert_eq!(found(Bits::Auto, ram(1 << 20)).1, raised, "the same samples give the same layers");
}

#[test]
fn quantized_models_are_near() {
    for name in MODELS.iter().chain(&NARROW) {
        let model = zoo().join(name).with_extension("tflite");
        let Some(bytes) = zoo_model(name) else { continue };
        let given = Vectors::open(&model.with_extension("npz"));
        // Random ones and smooth ones; all of them would take minutes.
        let samples = (4..10).map(|at| tensors(&given, Kind::Input, at)).collect();
        let settings = |bits| {
            let calibration = Calibration::Samples(Vec::clone(&samples));
            Settings { calibration, bits, ..Settings::default() }
        };
        for bits in [Bits::Eight, Bits::Sixteen] {
            let quantized = quantize(&bytes, &settings(bits));
            // There is no kernel that gathers 16-bit embeddings.
            if (*name, bits) == ("mlonmcu_text_class_fp32", Bits::Sixteen) {
                assert!(quantized.is_err_and(|problems| problems[0].to_string().contains("GATHER")));
                continue;
            }
            let (program, _, facts) = quantized.unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
            let ports = || program.inputs.iter().chain(&program.outputs);
            let types: Vec<String> =
                ports().map(|port| port.fixed.map_or("plain".to_owned(), |ty| ty.to_string())).collect();
            println!("{name} {bits:?}: {types:?}, {}, {:.1} dB", facts.method, facts.accuracy.sqnr);
            // Noise is fewer than so many decibels below the signal for none of them, unless it is less than a
            // step of the output's type, as where nothing is found and each probability is near 0.
            let least = if bits == Bits::Eight { 18.0 } else { 25.0 };
            let outputs: Vec<f32> =
                (4..10).flat_map(|at| tensors(&given, Kind::Output, at)).flatten().collect();
            let power = outputs.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / outputs.len() as f64;
            let noise = power.sqrt() / 10f64.powf(facts.accuracy.sqnr / 20.0);
            let step = program.outputs[0].fixed.map_or(0.0, |ty| 0.5f64.powi(ty.fraction as i32));
            let near = facts.accuracy.sqnr > least || noise < step;
            assert!(near, "{name} {bits:?}: {:.1} dB, {noise} for steps of {step}", facts.accuracy.sqnr);
            // Those that take moments are quantized again.
            if bytes.len() < 10_000 {
                let again =
                    quantize(&bytes, &settings(bits)).map(|(program, ..)| format!("{:?}", program.calls));
                assert_eq!(again.ok(), Some(format!("{:?}", program.calls)), "{name}: another program");
            }
        }
    }
}

/// Files that were damaged are compiled or refused.
#[test]
fn damaged_models_are_no_reason_to_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("floats");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the repository");
    let mut models: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    models.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    models.sort();
    let mut random = 1u64;
    let mut next = move |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let mut options = Options::default();
    options.quantization.calibration = Calibration::Uniform(-2.0, 2.0);
    let mut refused = 0;
    for model in models.iter().step_by(4) {
        let bytes = std::fs::read(model).expect("the model can be read");
        for _ in 0..10 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + next(3) {
                let at = next(damaged.len());
                damaged[at] = next(256) as u8;
            }
            let diagnostics = diagnose_with(&damaged, &options);
            let bug = diagnostics.iter().find(|diagnostic| diagnostic.is_bug());
            assert!(bug.is_none(), "{}: {bug:?}", model.display());
            refused += usize::from(!diagnostics.is_empty());
        }
    }
    assert!(refused > 100, "only {refused} were refused");
}
