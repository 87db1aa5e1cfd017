tiny_model::tiny_model!("table_without_rows.tflite");

fn main() {}
