tiny_model::tiny_model!("unknown_padding.tflite");

fn main() {}
