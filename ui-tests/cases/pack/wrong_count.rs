tiny_model::tiny_model!("wrong_count.tflite");

fn main() {}
