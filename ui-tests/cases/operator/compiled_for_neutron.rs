tiny_model::tiny_model!("compiled_for_neutron.tflite");

fn main() {}
