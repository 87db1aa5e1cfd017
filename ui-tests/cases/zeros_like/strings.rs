tiny_model::tiny_model!("strings.tflite");

fn main() {}
