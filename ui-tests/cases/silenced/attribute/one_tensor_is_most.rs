#![deny(warnings)]

tiny_model::tiny_model! {
    #[allow(deprecated)]
    pub struct Silent = "../../warning/one_tensor_is_most.tflite";
}

fn main() {
    Silent::new().run();
}
