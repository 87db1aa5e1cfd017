tiny_model::tiny_model!("absent_buffer.tflite");

fn main() {}
