tiny_model::tiny_model!("options_damaged.tflite");

fn main() {}
