tiny_model::tiny_model!("another_number_of_channels.tflite");

fn main() {}
