tiny_model::tiny_model!("absent_graph.tflite");

fn main() {}
