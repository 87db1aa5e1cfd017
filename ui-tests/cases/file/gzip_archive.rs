tiny_model::tiny_model!("gzip_archive.tflite");

fn main() {}
