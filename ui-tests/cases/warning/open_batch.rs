#![deny(deprecated)]

tiny_model::tiny_model!("open_batch.tflite");

fn main() {}
