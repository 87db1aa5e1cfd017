tiny_model::tiny_model!("uneven.tflite");

fn main() {}
