tiny_model::tiny_model!("absent_output.tflite");

fn main() {}
