tiny_model::tiny_model!("scales_too_far_apart.tflite");

fn main() {}
