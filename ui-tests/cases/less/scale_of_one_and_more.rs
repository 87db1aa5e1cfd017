tiny_model::tiny_model!("scale_of_one_and_more.tflite");

fn main() {}
