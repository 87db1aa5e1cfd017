tiny_model::tiny_model!("compiled_for_verisilicon.tflite");

fn main() {}
