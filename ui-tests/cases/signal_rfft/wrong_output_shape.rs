tiny_model::tiny_model!("wrong_output_shape.tflite");

fn main() {}
