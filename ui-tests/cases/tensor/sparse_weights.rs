tiny_model::tiny_model!("sparse_weights.tflite");

fn main() {}
