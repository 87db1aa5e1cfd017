tiny_model::tiny_model!("weights_of_wrong_rank.tflite");

fn main() {}
