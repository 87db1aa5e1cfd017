tiny_model::tiny_model!("sound.tflite");

static SOUND: Sound = Sound::new();

fn main() {
    SOUND.infer(&[1, 2, 3, 4]);
}
