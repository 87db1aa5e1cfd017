tiny_model::tiny_model!("other_file.tflite");

fn main() {}
