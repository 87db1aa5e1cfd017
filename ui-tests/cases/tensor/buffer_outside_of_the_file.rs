tiny_model::tiny_model!("buffer_outside_of_the_file.tflite");

fn main() {}
