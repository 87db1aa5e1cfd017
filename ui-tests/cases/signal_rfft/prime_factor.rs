tiny_model::tiny_model!("prime_factor.tflite");

fn main() {}
