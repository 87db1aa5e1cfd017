tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = "wrong_shape.csv";
}

fn main() {}
