tiny_model::tiny_model!("shape_of_another_type.tflite");

fn main() {}
