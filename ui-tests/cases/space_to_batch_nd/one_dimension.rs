tiny_model::tiny_model!("one_dimension.tflite");

fn main() {}
