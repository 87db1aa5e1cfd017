tiny_model::tiny_model!("one_block_size.tflite");

fn main() {}
