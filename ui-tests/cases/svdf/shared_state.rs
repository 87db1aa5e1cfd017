tiny_model::tiny_model!("shared_state.tflite");

fn main() {}
