tiny_model::tiny_model!("weights_of_wrong_shape.tflite");

fn main() {}
