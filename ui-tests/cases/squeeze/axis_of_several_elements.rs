tiny_model::tiny_model!("axis_of_several_elements.tflite");

fn main() {}
