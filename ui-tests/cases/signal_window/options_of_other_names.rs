tiny_model::tiny_model!("options_of_other_names.tflite");

fn main() {}
