tiny_model::tiny_model!("keras_archive.tflite");

fn main() {}
