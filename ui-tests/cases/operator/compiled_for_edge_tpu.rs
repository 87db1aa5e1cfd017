tiny_model::tiny_model!("compiled_for_edge_tpu.tflite");

fn main() {}
