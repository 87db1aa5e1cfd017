tiny_model::tiny_model!("scale_of_zero.tflite");

fn main() {}
