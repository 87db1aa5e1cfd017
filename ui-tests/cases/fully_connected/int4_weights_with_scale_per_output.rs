tiny_model::tiny_model!("int4_weights_with_scale_per_output.tflite");

fn main() {}
