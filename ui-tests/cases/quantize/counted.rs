tiny_model::tiny_model! {
    struct Model = "counted.tflite";
    calibrate = uniform(-1.0..=1.0);
    input: I1F7;
}

fn main() {}
