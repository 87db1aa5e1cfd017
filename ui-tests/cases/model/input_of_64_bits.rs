tiny_model::tiny_model!("input_of_64_bits.tflite");

fn main() {}
