tiny_model::tiny_model!("keras.tflite");

fn main() {
    let _ = Keras::new();
}
