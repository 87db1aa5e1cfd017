tiny_model::tiny_model!("compiled_for_litert_npu.tflite");

fn main() {}
