tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = "good.csv";
    accuracy >= 0.9;
}

fn main() {}
