tiny_model::tiny_model!("value_of_another_scale.tflite");

fn main() {}
