tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    ram <= 512 + 64;
}

fn main() {}
