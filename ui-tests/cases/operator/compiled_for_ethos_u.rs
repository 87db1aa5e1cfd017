tiny_model::tiny_model!("compiled_for_ethos_u.tflite");

fn main() {}
