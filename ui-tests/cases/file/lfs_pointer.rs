tiny_model::tiny_model!("lfs_pointer.tflite");

fn main() {}
