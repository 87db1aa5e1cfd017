tiny_model::tiny_model!("sizes_that_do_not_add_up.tflite");

fn main() {}
