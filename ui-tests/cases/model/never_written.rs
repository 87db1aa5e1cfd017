tiny_model::tiny_model!("never_written.tflite");

fn main() {}
