tiny_model::tiny_model!("prefilled_with_gaps.tflite");

fn main() {}
