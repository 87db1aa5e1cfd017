use tiny_model::tiny_model;

tiny_model!("three_problems.tflite");

fn main() {
    // The stub has the types that could be read, so that this is no further error.
    let mut model = ThreeProblems::new();
    let _: &[i8; 4] = model.infer(&[1, 2, 3, 4]);
}
