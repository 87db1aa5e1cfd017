tiny_model::tiny_model!("too_few_bands.tflite");

fn main() {}
