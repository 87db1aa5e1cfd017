tiny_model::tiny_model!("axis_outside_of_the_shape.tflite");

fn main() {}
