//! Whole models of other people, against TensorFlow Lite Micro.

include!(concat!(env!("OUT_DIR"), "/zoo.rs"));

#[test]
fn census() {
    println!("{} models ran, {} were left out:", COMPILED.len(), REFUSED.len());
    for (name, reason) in REFUSED {
        println!("  {name}: {reason}");
    }
}
