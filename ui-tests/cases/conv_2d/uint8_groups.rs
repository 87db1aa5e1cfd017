tiny_model::tiny_model!("uint8_groups.tflite");

fn main() {}
