tiny_model::tiny_model!("uneven_groups.tflite");

fn main() {}
