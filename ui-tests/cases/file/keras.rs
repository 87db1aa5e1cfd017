tiny_model::tiny_model!("keras.tflite");

fn main() {}
