tiny_model::tiny_model!("weights_at_run_time.tflite");

fn main() {}
