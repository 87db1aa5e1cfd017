tiny_model::tiny_model!("written_twice.tflite");

fn main() {}
