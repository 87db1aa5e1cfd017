tiny_model::tiny_model!("no_graph.tflite");

fn main() {}
