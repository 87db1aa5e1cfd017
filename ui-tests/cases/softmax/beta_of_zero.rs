tiny_model::tiny_model!("beta_of_zero.tflite");

fn main() {}
