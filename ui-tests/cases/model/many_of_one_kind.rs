tiny_model::tiny_model!("many_of_one_kind.tflite");

fn main() {}
