tiny_model::tiny_model!("new_axis.tflite");

fn main() {}
