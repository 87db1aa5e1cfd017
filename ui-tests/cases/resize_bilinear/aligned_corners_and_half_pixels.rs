tiny_model::tiny_model!("aligned_corners_and_half_pixels.tflite");

fn main() {}
