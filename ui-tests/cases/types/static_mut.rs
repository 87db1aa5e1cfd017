#![deny(static_mut_refs)]

tiny_model::tiny_model!("sound.tflite");

static mut SOUND: Sound = Sound::new();

fn main() {
    unsafe { SOUND.infer(&[1, 2, 3, 4]) };
}
