tiny_model::tiny_model!("lfs_pointer.tflite");

fn main() {
    let _ = LfsPointer::new();
}
