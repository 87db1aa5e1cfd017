tiny_model::tiny_model!("nothing_left.tflite");

fn main() {}
