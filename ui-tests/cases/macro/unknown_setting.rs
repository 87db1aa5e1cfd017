tiny_model::tiny_model! {
    struct Sound = "sound.tflite";
    speed = "fast";
}

fn main() {}
