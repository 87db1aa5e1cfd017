//! Every pass that makes a model smaller or faster leaves its outputs as they are, bit for bit: each model is run
//! with all passes, without each of them, and without any. It runs in the compiler's own machine, with the kernels of
//! the device; that what all passes make of a model equals the reference is what the other tests show.

mod models;

use models::{all, each, folders, macs, outputs};
use std::path::Path;
use tiny_model_compiler::{Diagnostic, Options, Program, analyze_with, optional_passes};

/// Inferences of each program. What is kept from one to the next shows in the second.
const RUNS: u64 = 3;
/// Larger models run once, and those that are larger still only with all passes and without any.
const MANY_MACS: usize = 5_000_000;
const TOO_MANY_MACS: usize = 100_000_000;

/// What makes a program another one.
fn shape(program: &Program) -> String {
    let calls = program.calls.iter().map(|call| format!("{:?}\n", (call.kernel, &call.params, &call.args)));
    calls.collect()
}

fn compile(bytes: &[u8], without: Vec<&'static str>) -> Result<Program, Vec<Diagnostic>> {
    analyze_with(bytes, &Options { without, ..Options::default() }).map(|(program, _)| program)
}

/// Compares one model; returns the passes that matter to it.
fn check(path: &Path) -> Option<Vec<&'static str>> {
    let bytes = std::fs::read(path).expect("listed files can be read");
    let program = compile(&bytes, Vec::new()).ok()?;
    // The same model once more, with all its tensors as outputs.
    if macs(&program) > TOO_MANY_MACS && path.to_string_lossy().contains("__probe") {
        return None;
    }
    let all = optional_passes().collect::<Vec<_>>();
    let plain = compile(&bytes, all.clone()).expect("it compiles without passes too");
    if shape(&plain) == shape(&program) {
        return Some(Vec::new());
    }
    let runs = if macs(&plain) > MANY_MACS && !plain.has_state() { 1 } else { RUNS };
    let expected = outputs(&plain, runs)?;
    let name = path.display();
    assert!(outputs(&program, runs)? == expected, "{name}: the passes change its outputs");
    let mut matter = Vec::new();
    for pass in all {
        let other = compile(&bytes, vec![pass]).expect("it compiles without any pass");
        if shape(&other) != shape(&program) {
            matter.push(pass);
            if macs(&other) > TOO_MANY_MACS {
                continue;
            }
            assert!(
                outputs(&other, runs)? == expected,
                "{name}: the passes without {pass} change its outputs"
            );
        }
    }
    Some(matter)
}

/// The passes that matter to one model, which are said.
fn matter(path: &Path) -> Vec<&'static str> {
    let start = std::time::Instant::now();
    let matter = check(path).unwrap_or_default();
    if !matter.is_empty() {
        println!("{}: {matter:?}, {:.1} s", path.display(), start.elapsed().as_secs_f32());
    }
    matter
}

#[test]
fn outputs_stay_the_same() {
    let models = all();
    let mut used = std::collections::BTreeMap::new();
    for pass in each(&models, matter).into_iter().flatten() {
        *used.entry(pass).or_insert(0) += 1;
    }
    println!("{} models; passes that matter: {used:?}", models.len());
    if std::env::var_os("TINY_MODEL_ONLY").is_none() {
        for pass in optional_passes() {
            assert!(used.contains_key(pass), "no model has anything for {pass}");
        }
    }
}

/// The kernels that AVR and Cortex-M0 have instead give the same, here in the portable form of their arithmetic.
#[test]
fn kernels_of_other_backends_give_the_same() {
    const BACKENDS: [&str; 2] = ["avr", "v6m"];
    let checked = each(&all(), |path| {
        let bytes = std::fs::read(path).expect("listed files can be read");
        let Some(program) = compile(&bytes, Vec::new()).ok().filter(|program| macs(program) <= MANY_MACS)
        else {
            return [false; 2];
        };
        let mut expected = None;
        BACKENDS.map(|backend| {
            let mut other = compile(&bytes, Vec::new()).expect("it did");
            let differs = other.take_variants(backend);
            if differs {
                let expected = expected.get_or_insert_with(|| outputs(&program, RUNS));
                let found = outputs(&other, RUNS);
                assert!(expected.is_some() && found == *expected, "{} on {backend}", path.display());
            }
            differs
        })
    });
    let counts = [0, 1].map(|at| checked.iter().filter(|differs| differs[at]).count());
    println!("models that have other kernels: {counts:?} of {BACKENDS:?}");
    let all = std::env::var_os("TINY_MODEL_ONLY").is_none();
    assert!(!all || counts.iter().all(|&count| count > 80), "{counts:?} of {BACKENDS:?}");
}

/// Bytes of all weights.
fn weights(program: &Program) -> usize {
    let constants = program.calls.iter().flat_map(|call| call.constants());
    constants.filter(|constant| constant.name == "WEIGHTS").map(|constant| constant.bytes.len()).sum()
}

#[test]
fn constant_channels_are_gone() {
    let zoo = folders().into_iter().find(|folder| folder.join("mlperf_vww_96_int8.tflite").exists());
    let Some(zoo) = zoo else {
        eprintln!("NO CHANNEL WAS COUNTED: the models are absent");
        assert!(std::env::var_os("CI").is_none(), "the models are absent");
        return;
    };
    let bytes = std::fs::read(zoo.join("mlperf_vww_96_int8.tflite")).expect("the model is there");
    let plain = compile(&bytes, optional_passes().collect()).expect("it compiles");
    assert_eq!((macs(&plain), weights(&plain)), (7_489_664, 208_112));
    let program = compile(&bytes, Vec::new()).expect("it compiles");
    let (macs, weights) = (macs(&program), weights(&program));
    assert!(macs <= 3_795_000 && weights <= 31_800, "{macs} MACs, {weights} bytes of weights");
}

/// Products and sums with constants become a part of the layer before where that is exact, and nowhere else.
#[test]
fn constants_are_fused_where_that_is_exact() {
    let folder =
        folders().into_iter().find(|folder| folder.ends_with("passes")).expect("the folder is there");
    let kernels = |name: &str| -> Vec<&'static str> {
        let bytes = std::fs::read(folder.join(name)).expect("the model is there");
        compile(&bytes, Vec::new()).expect("it compiles").calls.iter().map(|call| call.kernel).collect()
    };
    let layers = ["conv_2d_1x1_s8", "conv_2d_contiguous_s8", "fully_connected_s8"];
    assert_eq!(kernels("constant_factors.tflite"), layers);
    let stay = kernels("constant_factors_that_count.tflite");
    let count = |kernel: &str| stay.iter().filter(|found| **found == kernel).count();
    assert_eq!((count("mul_s8"), count("add_s8"), stay.len()), (2, 2, 7), "{stay:?}");
}
