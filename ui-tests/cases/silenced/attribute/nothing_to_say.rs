#![deny(warnings)]

tiny_model::tiny_model!("../../types/sound.tflite");

fn main() {
    Sound::new().run();
}
