fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap();
        let start = std::time::Instant::now();
        let d = tiny_model_compiler::diagnose(&bytes);
        println!(
            "{path} {:?}: {} {}",
            start.elapsed(),
            d.len(),
            tiny_model_compiler::report("m", &d[..d.len().min(4)])
        );
    }
}
