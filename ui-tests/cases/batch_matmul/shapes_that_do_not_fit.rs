tiny_model::tiny_model!("shapes_that_do_not_fit.tflite");

fn main() {}
