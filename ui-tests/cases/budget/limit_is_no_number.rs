tiny_model::tiny_model! {
    struct Digits = "../../../examples/digits/digits.tflite";
    ram <= "9 KB";
}

fn main() {}
