tiny_model::tiny_model!("input_left_out.tflite");

fn main() {}
