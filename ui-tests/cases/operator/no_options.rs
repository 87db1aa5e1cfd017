tiny_model::tiny_model!("no_options.tflite");

fn main() {}
