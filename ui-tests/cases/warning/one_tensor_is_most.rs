#![deny(deprecated)]

tiny_model::tiny_model!("one_tensor_is_most.tflite");

fn main() {}
