tiny_model::tiny_model!("too_many_tensors.tflite");

fn main() {}
