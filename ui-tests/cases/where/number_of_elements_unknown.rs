tiny_model::tiny_model!("number_of_elements_unknown.tflite");

fn main() {}
