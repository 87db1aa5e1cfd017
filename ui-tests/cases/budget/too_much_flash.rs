tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    flash <= 4 * 1024;
}

fn main() {}
