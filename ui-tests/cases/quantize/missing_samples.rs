tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = "absent.npy";
}

fn main() {}
