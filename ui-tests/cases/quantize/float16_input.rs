tiny_model::tiny_model! {
    struct Model = "float16_input.tflite";
    calibrate = uniform(-1.0..=1.0);
}

fn main() {}
