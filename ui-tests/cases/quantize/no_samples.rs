tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = "no_samples.csv";
}

fn main() {}
