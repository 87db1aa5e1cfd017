tiny_model::tiny_model!("too_many_coordinates.tflite");

fn main() {}
