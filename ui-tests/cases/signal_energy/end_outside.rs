tiny_model::tiny_model!("end_outside.tflite");

fn main() {}
