tiny_model::tiny_model!("pytorch.tflite");

fn main() {}
