//! What constants lead to is computed while compiling, and float models are measured, by an interpreter of programs:
//! of operators on numbers that count, and of those that move them, it gives what TensorFlow Lite Micro gives.

use std::path::Path;
use tiny_model_compiler::{Calibration, ElementType, Machine, Settings, analyze, quantize};
use tiny_model_tests::{Kind, Slice, Vectors, tensors, zoo, zoo_model};

/// Operators on ids, places and counts.
const FOLDERS: [&str; 14] = [
    "arg_max",
    "arg_min",
    "cast",
    "embedding_lookup",
    "equal",
    "gather",
    "gather_nd",
    "pack",
    "reverse_v2",
    "select_v2",
    "slice",
    "strided_slice",
    "tile",
    "unpack",
];

/// Little-endian bytes of a tensor.
fn bytes(values: Option<Slice<'_>>, size: usize) -> Vec<u8> {
    match values {
        Some(Slice::Integers(values)) => {
            values.iter().flat_map(|x| x.to_le_bytes().into_iter().take(size)).collect()
        }
        _ => panic!("operators on integers have vectors of integers"),
    }
}

/// Runs all vectors of a case; how many there were.
fn check(model: &Path) -> usize {
    let name = model.display();
    let file = std::fs::read(model).expect("it can be read");
    let (program, _) = analyze(&file).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    let vectors = Vectors::open(&model.with_extension("npz"));
    let mut machine = Machine::new(&program);
    for vector in 0..vectors.count() {
        let of = |kind, ports: &[tiny_model_compiler::Port]| -> Vec<Vec<u8>> {
            let size = |at: usize| ports[at].view.bytes() / ports[at].view.len;
            (0..ports.len()).map(|at| bytes(vectors.values(kind, at, vector), size(at))).collect()
        };
        let found = machine.run(&of(Kind::Input, &program.inputs));
        let found = found.unwrap_or_else(|| panic!("{name} cannot be run while compiling"));
        assert_eq!(found, of(Kind::Output, &program.outputs), "{name}, vector {vector}");
    }
    vectors.count()
}

#[test]
fn numbers_that_count_are_as_in_tensorflow_lite_micro() {
    let operators = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops");
    for folder in FOLDERS {
        let entries =
            std::fs::read_dir(operators.join(folder)).expect("the folder is part of the repository");
        let models = entries.flatten().map(|entry| entry.path());
        let models = models.filter(|path| path.extension().is_some_and(|extension| extension == "tflite"));
        let vectors: usize = models.map(|model| check(&model)).sum();
        assert!(vectors > 0, "{folder}");
    }
}

/// The words of the text are floats in the file, which are cast to ids that choose rows of an embedding.
#[test]
fn an_embedding_is_chosen_by_ids() {
    const NAME: &str = "mlonmcu_text_class_fp32";
    let Some(file) = zoo_model(NAME) else { return };
    let given = Vectors::open(&zoo().join(NAME).with_extension("npz"));
    let samples: Vec<_> = (0..given.count()).map(|at| tensors(&given, Kind::Input, at)).collect();
    let settings = Settings { calibration: Calibration::Samples(samples), ..Settings::default() };
    let (program, _, facts) = quantize(&file, &settings).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(program.inputs[0].view.ty, ElementType::Int32);
    assert!(program.inputs[0].fixed.is_none() && program.calls.iter().any(|call| call.name == "GATHER"));
    assert!(facts.accuracy.sqnr > 25.0, "{:?}", facts.accuracy);
}
