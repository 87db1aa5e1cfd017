tiny_model::tiny_model!("band_outside.tflite");

fn main() {}
