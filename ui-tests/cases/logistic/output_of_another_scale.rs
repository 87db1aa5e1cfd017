tiny_model::tiny_model!("output_of_another_scale.tflite");

fn main() {}
