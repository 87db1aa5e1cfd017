tiny_model::tiny_model! {
    struct Sound;
}

fn main() {}
