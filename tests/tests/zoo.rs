//! Whole models of other people, against TensorFlow Lite Micro: one test each.
//!
//! They are not part of the repository. Put them beside it or name their folder in `TINY_MODEL_ZOO`.

// Most of these models have an open batch, which is worth a warning.
#![allow(deprecated)]

include!(concat!(env!("OUT_DIR"), "/zoo.rs"));

/// What is expected of each model: `ran`, or the reason why it is refused.
const EXPECTED: &str = include_str!("../zoo.txt");

#[test]
fn census() {
    let ran = COMPILED.iter().map(|name| ((*name).to_owned(), "ran".to_owned()));
    let refused = REFUSED.iter().map(|(name, reason)| ((*name).to_owned(), first_line(reason)));
    let mut found: Vec<(String, String)> = ran.chain(refused).collect();
    found.sort();
    let probes = COMPILED.iter().filter(|name| name.contains("__probe")).count();
    println!("{} models ran and {probes} probes; {} were left out:", COMPILED.len() - probes, REFUSED.len());
    for (name, reason) in REFUSED {
        println!("  {name}: {reason}");
    }
    if found.is_empty() {
        let message = "NO MODEL WAS TESTED: there is no folder";
        eprintln!("{message} {}", env!("TINY_MODEL_ZOO_FOUND"));
        assert!(std::env::var_os("CI").is_none(), "{message}");
        return;
    }
    let lines: Vec<String> = found.iter().map(|(name, result)| format!("{name}: {result}")).collect();
    if std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/zoo.txt");
        std::fs::write(path, lines.join("\n") + "\n").expect("the list can be written");
        return;
    }
    let expected: Vec<&str> = EXPECTED.lines().collect();
    assert_eq!(lines, expected, "`UPDATE=1 cargo test -p tiny-model-tests --test zoo` writes the list anew");
}

/// The first refusal, without what is only for the user.
fn first_line(reason: &str) -> String {
    reason.lines().next().unwrap_or_default().to_owned()
}
