tiny_model::tiny_model!("cut_off.tflite");

fn main() {}
