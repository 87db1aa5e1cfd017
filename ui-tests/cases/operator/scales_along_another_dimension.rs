tiny_model::tiny_model!("scales_along_another_dimension.tflite");

fn main() {}
