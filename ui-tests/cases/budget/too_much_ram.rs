tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    ram <= 4 * (64 + 8);
}

fn main() {}
