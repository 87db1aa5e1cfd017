tiny_model::tiny_model!("shapes_that_differ.tflite");

fn main() {}
