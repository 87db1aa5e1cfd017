tiny_model::tiny_model!("float_output.tflite");

fn main() {}
