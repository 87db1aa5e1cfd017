tiny_model::tiny_model!("int4_scale_per_output.tflite");

fn main() {}
