tiny_model::tiny_model!("no_handle.tflite");

fn main() {}
