tiny_model::tiny_model!("no_output.tflite");

fn main() {}
