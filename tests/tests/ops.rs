//! Every operator, in every case that lies under `ops/`, against TensorFlow Lite Micro.

// A case of one large tensor is worth a warning.
#![allow(deprecated)]

include!(concat!(env!("OUT_DIR"), "/ops.rs"));

#[test]
fn every_case_compiles() {
    assert!(COMPILED.len() >= 1730, "only {} cases were found", COMPILED.len());
    let refused: Vec<String> = REFUSED.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
