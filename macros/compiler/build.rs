//! Tells the compiler which inner loops its kernels have here, and whether it is optimized.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cfg=tiny_model_backend=\"host\"");
    println!("cargo::rustc-check-cfg=cfg(tiny_model_shared)");
    println!("cargo::rustc-check-cfg=cfg(tiny_model_loops, values(\"v6m\", \"v7m\", \"rv32m\", \"plain\"))");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    println!("cargo::rustc-env=TINY_MODEL_OPT_LEVEL={level}");
}
