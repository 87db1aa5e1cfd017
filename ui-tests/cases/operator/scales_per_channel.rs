tiny_model::tiny_model!("scales_per_channel.tflite");

fn main() {}
