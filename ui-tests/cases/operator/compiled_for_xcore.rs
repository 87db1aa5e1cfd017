tiny_model::tiny_model!("compiled_for_xcore.tflite");

fn main() {}
