tiny_model::tiny_model!("option_out_of_range.tflite");

fn main() {}
