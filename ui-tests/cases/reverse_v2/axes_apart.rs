tiny_model::tiny_model!("axes_apart.tflite");

fn main() {}
