tiny_model::tiny_model!("output_too_fine.tflite");

fn main() {}
