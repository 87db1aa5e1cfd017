tiny_model::tiny_model!("too_many_dimensions.tflite");

fn main() {}
