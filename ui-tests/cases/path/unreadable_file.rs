tiny_model::tiny_model!("/proc/self/mem");

fn main() {}
