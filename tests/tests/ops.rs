//! Every operator, in every case that lies under `ops/`, against TensorFlow Lite Micro.

include!(concat!(env!("OUT_DIR"), "/ops.rs"));

/// Cases that the reference runs and this compiler refuses, with what it does not support yet.
const NOT_YET: &[(&str, &str)] = &[("quantize__float32_to_int16_then_fully_connected", "input is int16")];

#[test]
fn every_case_compiles() {
    assert!(COMPILED.len() >= 764, "only {} cases were found", COMPILED.len());
    for (name, reason) in REFUSED {
        let known = NOT_YET.iter().find(|(known, _)| known == name);
        let (_, why) = known.unwrap_or_else(|| panic!("{name} does not compile: {reason}"));
        assert!(reason.contains(why), "{name} is refused for another reason: {reason}");
    }
    assert_eq!(REFUSED.len(), NOT_YET.len(), "a case that is listed as refused compiles");
}
