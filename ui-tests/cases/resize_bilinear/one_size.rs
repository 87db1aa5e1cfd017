tiny_model::tiny_model!("one_size.tflite");

fn main() {}
