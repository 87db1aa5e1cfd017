tiny_model::tiny_model!("scales_for_some_slices.tflite");

fn main() {}
