tiny_model::tiny_model!("incomplete_spectrum.tflite");

fn main() {}
