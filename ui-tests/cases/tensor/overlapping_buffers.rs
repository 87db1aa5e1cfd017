tiny_model::tiny_model!("overlapping_buffers.tflite");

fn main() {}
