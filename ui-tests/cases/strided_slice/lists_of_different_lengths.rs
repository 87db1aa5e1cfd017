tiny_model::tiny_model!("lists_of_different_lengths.tflite");

fn main() {}
