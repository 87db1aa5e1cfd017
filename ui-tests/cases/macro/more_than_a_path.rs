tiny_model::tiny_model!("sound.tflite", ram = 1024);

fn main() {}
