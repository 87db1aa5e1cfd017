tiny_model::tiny_model!("select_tensorflow_operator.tflite");

fn main() {}
