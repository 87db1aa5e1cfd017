tiny_model::tiny_model!("sound.tflite" as OtherSound);

fn main() {}
