tiny_model::tiny_model!("web_page.tflite");

fn main() {}
