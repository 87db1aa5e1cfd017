tiny_model::tiny_model!("cells_of_another_scale.tflite");

fn main() {}
