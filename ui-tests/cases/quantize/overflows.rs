tiny_model::tiny_model! {
    struct Model = "overflows.tflite";
    calibrate = uniform(-1.0..=1.0);
}

fn main() {}
