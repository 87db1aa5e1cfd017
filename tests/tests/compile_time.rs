//! Compile time is part of the product, as users have it: in a macro that nobody optimizes. So the compiler is measured in
//! a crate that knows nothing of this workspace's profiles, in its build script, which is compiled as macros are.

use std::path::PathBuf;
use tiny_model_tests::{Kind, Outside, Vectors, tensors, zoo, zoo_model};

/// Only that it compiles is checked here; it runs in the other crate.
#[path = "compile_time/program.rs"]
#[allow(dead_code)]
mod program;

/// The numbers that a call of `program` gives there.
fn run(name: &str, call: &str) -> Vec<f64> {
    let root = Outside::root();
    let dependencies = format!(
        "\n[build-dependencies]\ntiny-model-compiler = {{ path = {:?} }}\nproc-macro2 = '1'\nquote = '1'\n\
         syn = {{ version = '3', features = ['full'] }}",
        root.join("macros/compiler")
    );
    let outside = Outside::new(name, "2024", &dependencies);
    outside.copy(&root.join("tests/src/clock.rs"), "clock.rs");
    outside.copy(&root.join("tests/tests/compile_time/program.rs"), "program.rs");
    outside.write(
        "build.rs",
        &format!(
            "mod clock;\n#[allow(dead_code)]\nmod program;\n\nfn main() {{\n\
             let folder = std::path::PathBuf::from(std::env::var_os(\"OUT_DIR\").unwrap());\n\
             std::fs::write(folder.join(\"numbers\"), program::{call}).unwrap();\n}}\n"
        ),
    );
    outside.write("src/lib.rs", "");
    outside.write(
        "src/main.rs",
        "fn main() {\n    print!(\"{}\", include_str!(concat!(env!(\"OUT_DIR\"), \"/numbers\")));\n}\n",
    );
    let lines = outside.run(std::iter::empty());
    lines.iter().map(|line| line.parse().expect("it prints numbers")).collect()
}

/// Where a model is, if it is there.
fn path(name: &str) -> Option<PathBuf> {
    zoo_model(name).map(|_| zoo().join(name).with_extension("tflite"))
}

#[test]
fn large_models_compile_quickly() {
    const MODELS: [&str; 3] = ["mlperf_vww_96_int8", "microflow_person_detect", "mlperf_ic_resnet8_int8"];
    let paths: Vec<PathBuf> = MODELS.into_iter().filter_map(path).collect();
    let numbers = run("compiles", &format!("compiles(&{paths:?})"));
    let (models, rest) = numbers.as_chunks();
    assert_eq!((models.len(), rest.len()), (paths.len(), 0));
    for (path, &[took, characters, tokens, kernels]) in paths.iter().zip(models) {
        let name = path.display();
        println!("{name}: {took:.2} s, {tokens} tokens for {kernels} kernels, {characters} characters");
        assert!(took < 3.0, "{name}: {took:.2} s");
        assert!(tokens < 300.0 * kernels, "{name}: {tokens} tokens for {kernels} kernels: not in proportion");
    }
}

/// Quantizing a float model takes seconds.
#[test]
fn a_hundred_samples_take_seconds() {
    const MOST: f64 = 20.0;
    const NAME: &str = "mlperf_kws_dscnn_fp32_v12";
    let Some(model) = path(NAME) else { return };
    let given = Vectors::open(&model.with_extension("npz"));
    let samples = (0..given.count()).map(|at| tensors(&given, Kind::Input, at).concat());
    let samples: Vec<Vec<f32>> = samples.cycle().take(program::SAMPLES).collect();
    let file = std::env::temp_dir().join(format!("tiny-model-samples-{}", std::process::id()));
    let bytes: Vec<u8> = samples.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(&file, bytes).expect("the temporary folder can be written");
    let found = run("quantizes", &format!("quantizes({model:?}, {file:?})"));
    let _ = std::fs::remove_file(&file);
    let [seconds, sqnr] = found[..] else { panic!("two numbers") };
    println!("{seconds:.1} s, {sqnr:.1} dB");
    assert!(seconds < MOST, "{seconds:.1} s");
}
