//! The procedural macro behind `tiny_model::tiny_model!`: literal → bytes → compiler → tokens.

mod guard;
mod input;
mod locate;
mod settings;

use input::Input;
use proc_macro::TokenStream;
use quote::quote_spanned;
use settings::Settings;
use tiny_model_compiler::{Item, Refused, report, stub};

/// Expands a model. Called by `tiny_model!` of the crate `tiny-model`, which passes its own path first.
#[proc_macro]
pub fn expand(tokens: TokenStream) -> TokenStream {
    let Input { support, path, attributes, visibility, name, settings } = match syn::parse(tokens) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error().into(),
    };
    let module = locate::module(&path);
    let Settings { options, budgets, error } = settings;
    let mut item =
        Item { attributes, visibility, name, support, path, source: None, module, options, budgets };
    let wrong = error.map(syn::Error::into_compile_error);
    let (message, stub) = match locate::model(&item.path) {
        Err(message) => (message, stub(&item)),
        Ok((file, bytes)) => {
            item.source = file.to_str().map(str::to_owned);
            match guard::compile(&bytes, &item) {
                Ok(tokens) => return quote::quote!(#wrong #tokens).into(),
                // Without the settings it is not known what is wrong with the model.
                Err(Refused { stub, .. }) if wrong.is_some() => return quote::quote!(#wrong #stub).into(),
                Err(Refused { diagnostics, stub }) => (report(&item.path.value(), &diagnostics), stub),
            }
        }
    };
    let error = quote_spanned!(item.path.span() => ::core::compile_error!(#message););
    quote::quote!(#wrong #error #stub).into()
}
