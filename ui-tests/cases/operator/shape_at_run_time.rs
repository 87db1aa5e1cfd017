tiny_model::tiny_model!("shape_at_run_time.tflite");

fn main() {}
