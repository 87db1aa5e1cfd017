tiny_model::tiny_model! {
    struct Model = "integer_model.tflite";
    calibrate = uniform(-1.0..=1.0);
}

fn main() {}
