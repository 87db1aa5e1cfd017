tiny_model::tiny_model!("two_axes.tflite");

fn main() {}
