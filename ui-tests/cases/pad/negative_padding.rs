tiny_model::tiny_model!("negative_padding.tflite");

fn main() {}
