tiny_model::tiny_model!("input_quantized_in_two_ways.tflite");

fn main() {}
