tiny_model::tiny_model!("output_of_the_model.tflite");

fn main() {}
