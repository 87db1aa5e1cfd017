tiny_model::tiny_model!("uneven_inputs.tflite");

fn main() {}
