tiny_model::tiny_model!("scale_of_another_type.tflite");

fn main() {}
