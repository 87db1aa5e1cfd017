tiny_model::tiny_model!("sound.tflite");

fn main() {
    let mut sound = Sound::new();
    let first = sound.infer(&[1, 2, 3, 4]);
    let second = sound.infer(&[5, 6, 7, 8]);
    assert_ne!(first, second);
}
