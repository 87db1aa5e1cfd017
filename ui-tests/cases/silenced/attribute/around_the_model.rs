#![deny(warnings)]

#[allow(deprecated)]
mod models {
    tiny_model::tiny_model!("../../warning/open_batch.tflite");
}

fn main() {
    models::OpenBatch::new().run();
}
