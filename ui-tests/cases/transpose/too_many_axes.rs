tiny_model::tiny_model!("too_many_axes.tflite");

fn main() {}
