const STACK: usize = 512;

const fn memory() -> usize {
    1024
}

tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    ram <= memory() - STACK;
    flash <= usize::MAX;
}

fn main() {}
