tiny_model::tiny_model!("shuffled_weights.tflite");

fn main() {}
