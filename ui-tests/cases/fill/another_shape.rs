tiny_model::tiny_model!("another_shape.tflite");

fn main() {}
