//! No file makes the compiler panic, hang, allocate without bound, or blame itself, and what it
//! gives is Rust.
//!
//! `./run` builds and runs it on a stable toolchain; `cargo fuzz run compile` works too.

#![no_main]

mod mutate;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use proc_macro2::{Ident, Span, TokenStream};
use tiny_model_compiler::{Item, Refused, compile, report};

fuzz_target!(|bytes: &[u8]| {
    let item = Item {
        attributes: Vec::new(),
        visibility: syn::Visibility::Inherited,
        name: Ident::new("Model", Span::call_site()),
        support: quote::quote!(::tiny_model),
        path: syn::parse_quote!("model.tflite"),
        source: Some("model.tflite".to_owned()),
    };
    match compile(bytes, &item) {
        Ok(tokens) => is_rust(tokens),
        Err(Refused { diagnostics, stub }) => {
            let text = report("model.tflite", &diagnostics);
            assert!(!text.contains("bug in tiny-model"), "{text}");
            is_rust(stub);
        }
    }
});

/// What is generated are items, whatever the file says.
fn is_rust(tokens: TokenStream) {
    let parsed = syn::parse2::<syn::File>(tokens.clone());
    assert!(parsed.is_ok(), "{tokens}");
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::model(data, size, seed).unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
