tiny_model::tiny_model!("shift_out_of_range.tflite");

fn main() {}
