tiny_model::tiny_model! {
    struct Model = "too_large.tflite";
    calibrate = uniform(-1.0..=1.0);
}

fn main() {}
