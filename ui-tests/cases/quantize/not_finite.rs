tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = "not_finite.csv";
}

fn main() {}
