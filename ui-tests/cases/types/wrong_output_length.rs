tiny_model::tiny_model!("sound.tflite");

fn main() {
    let _: &[i8; 3] = Sound::new().infer(&[1, 2, 3, 4]);
}
