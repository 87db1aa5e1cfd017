tiny_model::tiny_model!("short_buffer.tflite");

fn main() {}
