tiny_model::tiny_model!("models/sound.tflite");

fn main() {
    // The stub stands for any model, so that this is no further error.
    let mut model = Sound::new();
    let _: &[i8; 2] = model.infer(&[1i8, 2, 3, 4]);
}
