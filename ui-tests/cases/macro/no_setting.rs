tiny_model::tiny_model! {
    struct Sound = "sound.tflite";
    9 * 1024;
}

fn main() {}
