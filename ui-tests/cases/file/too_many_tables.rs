tiny_model::tiny_model!("too_many_tables.tflite");

fn main() {}
