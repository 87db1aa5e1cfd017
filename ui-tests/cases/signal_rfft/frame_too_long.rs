tiny_model::tiny_model!("frame_too_long.tflite");

fn main() {}
