tiny_model::tiny_model! {
    struct Sound = "../path";
}

fn main() {}
