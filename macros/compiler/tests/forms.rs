//! In which forms layers of well-known models bring their sums to outputs, and what sums they have: what the layer table
//! says, counted.

use std::path::{Path, PathBuf};
use tiny_model_compiler::{Options, analyze_with};

/// Layers with weights of eight bits.
#[derive(Debug, Default, PartialEq, Eq)]
struct Forms {
    /// All of them.
    layers: usize,
    /// Those with a multiplier of 16, 20, 24 and 28 bits on AVR; for others it is not proved.
    avr: [usize; 4],
    /// Those of which all units have two short products on Cortex-M0, and of which some have.
    short: [usize; 2],
    /// Those with sums in 16 bits.
    short_sums: usize,
}

fn path(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if name == "digits" {
        return root.join("examples/digits/digits.tflite");
    }
    let zoo = std::env::var_os("TINY_MODEL_ZOO").map(PathBuf::from);
    zoo.unwrap_or_else(|| root.join("../shared/models")).join(format!("{name}.tflite"))
}

/// None if the model is not there.
fn forms(name: &str) -> Option<Forms> {
    let bytes = std::fs::read(path(name)).ok()?;
    let (program, _) = analyze_with(&bytes, &Options::default()).expect("it compiles");
    let mut forms = Forms::default();
    for call in program.calls.iter().filter(|call| call.sum_bits.is_some()) {
        let says = |text: &str| usize::from(call.notes.iter().any(|note| note.contains(text)));
        forms.layers += 1;
        for (count, bits) in forms.avr.iter_mut().zip([16, 20, 24, 28]) {
            *count += says(&format!("requantized by {bits} bits on AVR"));
        }
        let any = says("requantized by two short products on Cortex-M0");
        let some = says("channels requantized by two short products");
        forms.short[0] += any - some;
        forms.short[1] += some;
        forms.short_sums += says("sums in ");
    }
    Some(forms)
}

#[test]
fn layers_have_the_cheapest_form_that_is_proved() {
    let counts = |layers, avr, short, short_sums| Forms { layers, avr, short, short_sums };
    let expected = [
        ("digits", counts(4, [0, 0, 3, 1], [3, 0], 0)),
        ("microflow_sine", counts(3, [0, 2, 1, 0], [0, 0], 1)),
        ("mlperf_kws_dscnn_int8", counts(10, [0, 1, 8, 1], [9, 0], 0)),
        ("mlperf_ad01_int8", counts(10, [2, 4, 4, 0], [9, 0], 0)),
        ("mlperf_ic_resnet8_int8", counts(10, [1, 0, 6, 3], [4, 4], 0)),
        ("mlperf_vww_96_int8", counts(28, [1, 0, 12, 14], [25, 2], 0)),
        ("mlperf_str_ww_int8", counts(9, [0, 0, 8, 1], [8, 0], 0)),
    ];
    for (name, expected) in expected {
        let Some(found) = forms(name) else {
            eprintln!("FORMS WERE NOT COUNTED: there is no {name}");
            assert!(name != "digits" && std::env::var_os("CI").is_none(), "the model is absent");
            continue;
        };
        assert_eq!(found, expected, "{name}");
    }
}
