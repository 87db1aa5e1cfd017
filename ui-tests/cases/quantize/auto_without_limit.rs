tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = uniform(-1.0..=1.0);
    bits = auto;
}

fn main() {}
