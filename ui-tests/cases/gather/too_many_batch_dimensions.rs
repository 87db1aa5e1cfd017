tiny_model::tiny_model!("too_many_batch_dimensions.tflite");

fn main() {}
