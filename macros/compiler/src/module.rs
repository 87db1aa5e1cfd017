//! The module that hides what belongs to a model, so that two models of one name are one error: the
//! `use` that brings the second one out. Side by side, every method of theirs would be another.

use crate::Item;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Path, VisRestricted, Visibility, parse_quote};

/// The items that `inside` makes for a model, in a module, and the model itself out of it.
pub fn hide(item: &Item, inside: impl FnOnce(&Item) -> TokenStream) -> TokenStream {
    let Item { visibility, name, path, module, .. } = item;
    let hidden = Item { visibility: one_deeper(visibility), ..item.clone() };
    let items = inside(&hidden);
    let import = quote_spanned!(path.span()=> #module::#name);
    quote! {
        #[doc(hidden)]
        mod #module {
            // For attributes of the struct, such as derive macros that the caller has imported.
            #[allow(unused_imports)]
            use super::*;
            #items
        }
        #[allow(unused_imports)]
        #visibility use #import;
    }
}

/// What is visible as far from inside of a module.
fn one_deeper(visibility: &Visibility) -> Visibility {
    let restricted = match visibility {
        Visibility::Public(_) => return visibility.clone(),
        Visibility::Inherited => return parse_quote!(pub(super)),
        Visibility::Restricted(VisRestricted { path, .. }) => path,
    };
    let rest = restricted.segments.iter().skip(1);
    let path: Path = match restricted.segments.first() {
        Some(first) if first.ident == "self" => parse_quote!(super #(::#rest)*),
        Some(first) if first.ident == "super" => parse_quote!(super::super #(::#rest)*),
        _ => return visibility.clone(),
    };
    parse_quote!(pub(in #path))
}

#[cfg(test)]
mod tests {
    use super::one_deeper;
    use quote::quote;
    use syn::{Visibility, parse_quote};

    #[test]
    fn visibility_stays_as_it_is_written() {
        let deeper = |visibility: Visibility| {
            let deeper = one_deeper(&visibility);
            quote!(#deeper).to_string().replace(' ', "")
        };
        assert_eq!(deeper(parse_quote!(pub)), "pub");
        assert_eq!(deeper(Visibility::Inherited), "pub(super)");
        assert_eq!(deeper(parse_quote!(pub(crate))), "pub(crate)");
        assert_eq!(deeper(parse_quote!(pub(self))), "pub(insuper)");
        assert_eq!(deeper(parse_quote!(pub(super))), "pub(insuper::super)");
        assert_eq!(deeper(parse_quote!(pub(in super::super))), "pub(insuper::super::super)");
        assert_eq!(deeper(parse_quote!(pub(in crate::models))), "pub(incrate::models)");
    }
}
