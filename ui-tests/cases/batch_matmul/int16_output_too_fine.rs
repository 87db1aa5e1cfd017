tiny_model::tiny_model!("int16_output_too_fine.tflite");

fn main() {}
