tiny_model::tiny_model!("zip_archive.tflite");

fn main() {}
