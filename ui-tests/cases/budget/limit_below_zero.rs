tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    ram <= 1024 - 2048;
}

fn main() {}
