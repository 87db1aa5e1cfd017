tiny_model::tiny_model!("too_many_classes.tflite");

fn main() {}
