tiny_model::tiny_model! {
    struct Sound = "sound.tflite";
    ram = 1024;
}

fn main() {}
