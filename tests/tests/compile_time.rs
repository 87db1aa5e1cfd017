//! Compile time is part of the product, as users have it: in a macro that nobody optimizes. So the compiler is measured
//! in a crate that knows nothing of this workspace's profiles.

use std::path::Path;
use tiny_model_tests::{Kind, Outside, Vectors, tensors, zoo, zoo_model};

/// Only that it compiles is checked here; it runs in the other crate.
#[path = "compile_time/program.rs"]
#[allow(dead_code)]
mod program;

/// What the program prints with these words behind it.
fn run(name: &str, words: &[&Path]) -> Vec<f64> {
    let root = Outside::root();
    let dependencies = format!(
        "tiny-model-compiler = {{ path = {:?} }}\nproc-macro2 = '1'\nquote = '1'\nsyn = {{ version = '3', features = ['full'] }}",
        root.join("macros/compiler")
    );
    let outside = Outside::new(name, "2024", &dependencies);
    outside.copy(&root.join("tests/src/clock.rs"), "src/clock.rs");
    outside.copy(&root.join("tests/tests/compile_time/program.rs"), "src/program.rs");
    outside.write("src/lib.rs", "");
    outside.write(
        "src/main.rs",
        "#[allow(dead_code)]\nmod clock;\nmod program;\n\nfn main() {\n    program::main();\n}\n",
    );
    let lines = outside.run(words.iter().map(|word| word.display().to_string()));
    lines.iter().map(|line| line.parse().expect("it prints numbers")).collect()
}

#[test]
fn large_models_compile_quickly() {
    for name in ["mlperf_vww_96_int8", "microflow_person_detect", "mlperf_ic_resnet8_int8"] {
        let Some(bytes) = zoo_model(name) else { continue };
        let path = zoo().join(name).with_extension("tflite");
        let [took, characters, tokens, kernels] = run("compiles", &[&path])[..] else {
            panic!("four numbers")
        };
        println!("{name}, {} bytes: {took:.2} s, {tokens} tokens for {kernels} kernels", bytes.len());
        println!("{characters} characters");
        assert!(took < 3.0, "{name}: {took:.2} s");
        assert!(tokens < 300.0 * kernels, "{name}: {tokens} tokens for {kernels} kernels: not in proportion");
    }
}

/// Quantizing a float model takes seconds.
#[test]
fn a_hundred_samples_take_seconds() {
    const MOST: f64 = 20.0;
    const NAME: &str = "mlperf_kws_dscnn_fp32_v12";
    if zoo_model(NAME).is_none() {
        return;
    }
    let model = zoo().join(NAME).with_extension("tflite");
    let given = Vectors::open(&model.with_extension("npz"));
    let samples = (0..given.count()).map(|at| tensors(&given, Kind::Input, at).concat());
    let samples: Vec<Vec<f32>> = samples.cycle().take(program::SAMPLES).collect();
    let file = std::env::temp_dir().join(format!("tiny-model-samples-{}", std::process::id()));
    let bytes: Vec<u8> = samples.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(&file, bytes).expect("the temporary folder can be written");
    let found = run("quantizes", &[&model, &file]);
    let _ = std::fs::remove_file(&file);
    let [seconds, sqnr] = found[..] else { panic!("two numbers") };
    println!("{seconds:.1} s, {sqnr:.1} dB");
    assert!(seconds < MOST, "{seconds:.1} s");
}
