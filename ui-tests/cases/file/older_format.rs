tiny_model::tiny_model!("older_format.tflite");

fn main() {}
