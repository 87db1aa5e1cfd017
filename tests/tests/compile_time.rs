//! Compile time is part of the product.

use quote::{format_ident, quote};
use std::path::Path;
use tiny_model_compiler::{Item, Options, analyze, compile};
use tiny_model_tests::Clock;

/// Tokens of an expansion, groups opened.
fn tokens(stream: proc_macro2::TokenStream) -> usize {
    let count = |tree| match tree {
        proc_macro2::TokenTree::Group(group) => 2 + tokens(group.stream()),
        _ => 1,
    };
    stream.into_iter().map(count).sum()
}

fn item() -> Item {
    Item {
        attributes: Vec::new(),
        visibility: syn::Visibility::Inherited,
        name: format_ident!("Model"),
        support: quote!(::tiny_model),
        path: syn::parse_quote!("model.tflite"),
        source: None,
        module: format_ident!("hidden"),
        options: Options::default(),
        budgets: Vec::new(),
    }
}

#[test]
fn large_models_compile_quickly() {
    for name in ["mlperf_vww_96_int8", "microflow_person_detect", "mlperf_ic_resnet8_int8"] {
        let path = Path::new(env!("TINY_MODEL_ZOO_FOUND")).join(name).with_extension("tflite");
        let Ok(bytes) = std::fs::read(&path) else {
            eprintln!("COMPILE TIME WAS NOT MEASURED: there is no {}", path.display());
            assert!(std::env::var_os("CI").is_none(), "the model is absent");
            continue;
        };
        let clock = Clock::start();
        let expansion = compile(&bytes, &item()).ok().expect("the model is supported");
        let text = expansion.to_string();
        let took = clock.seconds();
        let program = analyze(&bytes).expect("it is").0;
        // Most calls have several kernels: each for the processors that it is fastest on.
        let kernels: usize = program.calls.iter().map(|call| 1 + call.variants.len()).sum();
        let tokens = tokens(expansion);
        println!("{name}, {} bytes: {took:.2} s, {tokens} tokens for {kernels} kernels", bytes.len());
        println!("{} characters", text.len());
        assert!(took < 3.0, "{name}: {took:.2} s");
        assert!(tokens < 300 * kernels, "{name}: {tokens} tokens for {kernels} kernels: not in proportion");
    }
}
