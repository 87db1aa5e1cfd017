tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    macs <= 30_000;
}

fn main() {}
