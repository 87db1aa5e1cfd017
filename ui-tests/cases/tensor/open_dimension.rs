tiny_model::tiny_model!("open_dimension.tflite");

fn main() {}
