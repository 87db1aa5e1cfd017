tiny_model::tiny_model!("zero_point_outside_of_the_type.tflite");

fn main() {}
