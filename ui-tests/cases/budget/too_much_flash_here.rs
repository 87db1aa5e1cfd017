// The limit holds for the constants of some processors, and not of this one.
tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    flash <= 5_000;
}

fn main() {}
