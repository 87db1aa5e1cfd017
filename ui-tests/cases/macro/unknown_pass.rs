tiny_model::tiny_model! {
    struct Sound = "sound.tflite";
    without = [speed];
}

fn main() {}
