tiny_model::tiny_model!("too_many_inputs.tflite");

fn main() {}
