tiny_model::tiny_model!("sound.tflite");

fn main() {
    Sound::new().infer(&[0.5, 1.0, 1.5, 2.0]);
}
