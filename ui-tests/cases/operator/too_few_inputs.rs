tiny_model::tiny_model!("too_few_inputs.tflite");

fn main() {}
