tiny_model::tiny_model!("peepholes.tflite");

fn main() {}
