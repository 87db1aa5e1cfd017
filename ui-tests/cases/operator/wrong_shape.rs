tiny_model::tiny_model!("wrong_shape.tflite");

fn main() {}
