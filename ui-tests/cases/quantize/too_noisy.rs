tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = "good.csv";
    sqnr >= 150.0;
}

fn main() {}
