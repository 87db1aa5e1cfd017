tiny_model::tiny_model! {
    struct Sound = "sound.tflite";
    RAM <= 1024;
}

fn main() {}
