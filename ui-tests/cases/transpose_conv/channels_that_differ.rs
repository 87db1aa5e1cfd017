tiny_model::tiny_model!("channels_that_differ.tflite");

fn main() {}
