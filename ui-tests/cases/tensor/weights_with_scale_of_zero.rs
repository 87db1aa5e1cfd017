tiny_model::tiny_model!("weights_with_scale_of_zero.tflite");

fn main() {}
