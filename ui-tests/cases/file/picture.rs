tiny_model::tiny_model!("picture.tflite");

fn main() {}
