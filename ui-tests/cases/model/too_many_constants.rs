tiny_model::tiny_model!("too_many_constants.tflite");

fn main() {}
