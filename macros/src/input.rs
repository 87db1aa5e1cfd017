//! What stands between the macro's brackets.

use crate::settings::Settings;
use proc_macro2::{Ident, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitStr, Token, Visibility, parenthesized};

/// `"kws.tflite"`, or an item `pub struct Kws = "kws.tflite";` with attributes, and settings behind it.
pub(crate) struct Input {
    pub(crate) support: TokenStream,
    pub(crate) path: LitStr,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) settings: Settings,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let support;
        parenthesized!(support in input);
        let support = support.parse()?;
        match input.peek(LitStr) {
            true => Self::short(support, input),
            false => Self::long(support, input),
        }
    }
}

impl Input {
    fn short(support: TokenStream, input: ParseStream<'_>) -> syn::Result<Self> {
        let path: LitStr = input.parse()?;
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
        }
        if input.peek(Token![as]) {
            let example = format!("to name the struct, write `pub struct Name = \"{}\";`", path.value());
            return Err(input.error(example));
        }
        if !input.is_empty() {
            return Err(input.error(
                "expected nothing after the path; for settings write `pub struct Name = \"model.tflite\"; …`",
            ));
        }
        let name = struct_name(&path)?;
        let (attributes, visibility) = (Vec::new(), syn::parse_quote!(pub));
        Ok(Self { support, path, attributes, visibility, name, settings: Settings::default() })
    }

    fn long(support: TokenStream, input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !input.peek(Token![struct]) {
            return Err(input.error("expected the path of a model, as in `tiny_model!(\"kws.tflite\")`, or `struct Name = \"kws.tflite\";`"));
        }
        input.parse::<Token![struct]>()?;
        let name: Ident = input.parse()?;
        if !input.peek(Token![=]) {
            let example = format!("expected the path of the model, as in `struct {name} = \"kws.tflite\";`");
            return Err(input.error(example));
        }
        input.parse::<Token![=]>()?;
        let path = input.parse()?;
        input.parse::<Token![;]>()?;
        let settings = Settings::read(input);
        Ok(Self { support, path, attributes, visibility, name, settings })
    }
}

/// The file's name in UpperCamelCase.
fn struct_name(path: &LitStr) -> syn::Result<Ident> {
    let value = path.value();
    let file = value.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = file.strip_suffix(".tflite").unwrap_or(file);
    let words = stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.map(capitalized).collect();
    syn::parse_str::<Ident>(&name).map(|_| Ident::new(&name, path.span())).map_err(|_| {
        syn::Error::new(
            path.span(),
            format!("`{file}` does not give a name for a struct: write `pub struct Name = \"{value}\";`"),
        )
    })
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
