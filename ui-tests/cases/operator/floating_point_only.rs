tiny_model::tiny_model!("floating_point_only.tflite");

fn main() {}
