tiny_model::tiny_model!("float_model.tflite");

fn main() {}
