tiny_model::tiny_model!("too_many_elements.tflite");

fn main() {}
