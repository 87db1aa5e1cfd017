tiny_model::tiny_model!("state_that_is_not_kept.tflite");

fn main() {}
