tiny_model::tiny_model!("another_number_of_elements.tflite");

fn main() {}
