const PATH: &str = "sound.tflite";

tiny_model::tiny_model!(PATH);

fn main() {}
