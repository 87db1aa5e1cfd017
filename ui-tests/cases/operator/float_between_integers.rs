tiny_model::tiny_model!("float_between_integers.tflite");

fn main() {}
