//! What holds for every file: the compiler does not panic and blames itself for nothing, and what it
//! gives is Rust in which nothing of the file is anything but a literal.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use tiny_model_compiler::{Item, Options, Refused, compile, report};

/// Panics if the compiler does not behave on a file.
pub fn check(bytes: &[u8]) {
    let item = Item {
        attributes: Vec::new(),
        visibility: syn::Visibility::Inherited,
        name: Ident::new("Model", Span::call_site()),
        support: quote::quote!(::tiny_model),
        path: syn::parse_quote!("model.tflite"),
        source: Some("model.tflite".to_owned()),
        module: Ident::new("hidden", Span::call_site()),
        options: Options::default(),
        budgets: Vec::new(),
    };
    match compile(bytes, &item) {
        Ok(tokens) => is_ours(tokens),
        Err(Refused { diagnostics, stub }) => {
            let text = report("model.tflite", &diagnostics);
            assert!(!text.contains("bug in tiny-model"), "{text}");
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
            is_ours(stub);
        }
    }
}

/// What is generated are items, made of names that the compiler has chosen, whatever the file says.
fn is_ours(tokens: TokenStream) {
    names_are_ours(tokens.clone());
    let _: syn::File = syn::parse2(tokens).expect("items are generated");
}

fn names_are_ours(tokens: TokenStream) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => names_are_ours(group.stream()),
            TokenTree::Ident(name) => {
                // All that the compiler uses is ASCII, and shorter.
                let name = name.to_string();
                assert!(name.is_ascii() && name.len() < 48, "{name}");
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
