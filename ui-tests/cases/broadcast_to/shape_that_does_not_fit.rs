tiny_model::tiny_model!("shape_that_does_not_fit.tflite");

fn main() {}
