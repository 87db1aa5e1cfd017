tiny_model::tiny_model!("row_too_long.tflite");

fn main() {}
