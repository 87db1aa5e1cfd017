tiny_model::tiny_model!("negative_graph.tflite");

fn main() {}
