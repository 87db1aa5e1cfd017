tiny_model::tiny_model!("detection_post_processing.tflite");

fn main() {}
