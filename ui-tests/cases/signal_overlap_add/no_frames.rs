tiny_model::tiny_model!("no_frames.tflite");

fn main() {}
