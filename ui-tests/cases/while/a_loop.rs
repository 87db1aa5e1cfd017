tiny_model::tiny_model!("a_loop.tflite");

fn main() {}
