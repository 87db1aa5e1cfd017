tiny_model::tiny_model!("sound.tflite");

fn main() {
    let sound = Sound::new();
    sound.infer(&[1, 2, 3, 4]);
}
