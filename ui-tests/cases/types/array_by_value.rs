tiny_model::tiny_model!("sound.tflite");

fn main() {
    Sound::new().infer([1, 2, 3, 4]);
}
