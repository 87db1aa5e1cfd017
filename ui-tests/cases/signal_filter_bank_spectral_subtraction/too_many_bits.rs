tiny_model::tiny_model!("too_many_bits.tflite");

fn main() {}
