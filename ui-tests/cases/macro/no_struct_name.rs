tiny_model::tiny_model!("1st_model.tflite");

fn main() {}
