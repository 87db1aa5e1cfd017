tiny_model::tiny_model!("empty.tflite");

fn main() {
    let _ = Empty::new();
}
