tiny_model::tiny_model!("too_many_folded_constants.tflite");

fn main() {}
