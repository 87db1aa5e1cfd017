//! Does nothing: the build dependencies are there for their features.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
