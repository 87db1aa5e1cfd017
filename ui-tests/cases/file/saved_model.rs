tiny_model::tiny_model!("saved_model.tflite");

fn main() {}
