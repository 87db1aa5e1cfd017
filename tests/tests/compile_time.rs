//! Compile time is part of the product.

use quote::{format_ident, quote};
use std::path::Path;
use std::time::{Duration, Instant};
use tiny_model_compiler::{Item, Options, analyze, compile};

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
fn a_large_model_compiles_quickly() {
    let path = Path::new(env!("TINY_MODEL_ZOO_FOUND")).join("mlperf_vww_96_int8.tflite");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("COMPILE TIME WAS NOT MEASURED: there is no {}", path.display());
        assert!(std::env::var_os("CI").is_none(), "the model is absent");
        return;
    };
    let start = Instant::now();
    let expansion = compile(&bytes, &item()).ok().expect("the model is supported");
    let text = expansion.to_string();
    let took = start.elapsed();
    let (tokens, calls) = (tokens(expansion), analyze(&bytes).expect("it is").0.calls.len());
    println!("{} bytes: {took:?}, {tokens} tokens for {calls} calls, {} characters", bytes.len(), text.len());
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(tokens < 500 * calls, "{tokens} tokens for {calls} calls: not in proportion to the layers");
}
