tiny_model::tiny_model!("wrong_rank.tflite");

fn main() {}
