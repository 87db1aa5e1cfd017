tiny_model::tiny_model! {
    struct Sound = "sound.tflite";
    optimize = "fast";
}

fn main() {}
