tiny_model::tiny_model!("sound.tflite");

fn main() {
    let frame = vec![0i8; 4];
    Sound::new().infer(&frame[..]);
}
