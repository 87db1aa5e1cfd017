tiny_model::tiny_model!("read_before_written.tflite");

fn main() {}
