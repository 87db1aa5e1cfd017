tiny_model::tiny_model!("input_listed_twice.tflite");

fn main() {}
