tiny_model::tiny_model!("table_too_short.tflite");

fn main() {}
