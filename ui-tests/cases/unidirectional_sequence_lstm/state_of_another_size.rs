tiny_model::tiny_model!("state_of_another_size.tflite");

fn main() {}
