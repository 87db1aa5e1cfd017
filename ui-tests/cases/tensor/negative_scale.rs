tiny_model::tiny_model!("negative_scale.tflite");

fn main() {}
