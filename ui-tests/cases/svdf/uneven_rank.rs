tiny_model::tiny_model!("uneven_rank.tflite");

fn main() {}
