tiny_model::tiny_model!("newer_schema.tflite");

fn main() {}
