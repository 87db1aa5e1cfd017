tiny_model::tiny_model!("never_assigned.tflite");

fn main() {}
