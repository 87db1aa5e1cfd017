tiny_model::tiny_model!("../../src/sound.tflite");

fn main() {}
