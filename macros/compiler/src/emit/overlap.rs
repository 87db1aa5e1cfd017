//! Inputs and outputs that the plan lays over each other: one window of the arena for both.

use super::Window;
use crate::Item;
use crate::layout::Layout;
use crate::program::{Access, Call, Planes, View};
use proc_macro2::TokenStream;
use quote::quote;

/// The windows that a call opens.
pub(super) fn windows(call: &Call, layout: &Layout) -> Vec<Window> {
    let window = |(name, view, access)| Window::new(name, view, access, layout);
    let all = call.named_windows();
    let Some(shared) = call.planes().and_then(|planes| Shared::of(&planes, layout)) else {
        return all.map(window).collect();
    };
    // The names of those of planes are theirs alone.
    let others = all.filter(|(name, ..)| !matches!(*name, "input" | "output")).map(window);
    let both = Window { name: "planes", view: shared.view, access: Access::Write, at: shared.start };
    others.chain([both]).collect()
}

/// What a kernel gets for its input and output.
pub(super) fn planes(item: &Item, layout: &Layout, planes: &Planes) -> TokenStream {
    let support = &item.support;
    let module = quote!(#support::__private::kernels::planes);
    match Shared::of(planes, layout) {
        None => quote!(#module::Planes::apart(input.as_slice(), output.as_mut_slice())),
        Some(shared) => {
            let overlap = shared.tokens(item);
            quote!(#module::Planes::overlapped(planes.as_mut_slice(), #overlap))
        }
    }
}

/// An assertion that the kernel has read what it overwrites, for rustc to evaluate.
pub(super) fn check(item: &Item, layout: &Layout, call: &Call, params: &TokenStream) -> Option<TokenStream> {
    let planes = call.planes()?;
    let overlap = Shared::of(&planes, layout)?.tokens(item);
    let len = planes.output.len;
    Some(quote! {
        const _: () = ::core::assert!(#params.reach(#len).allows(&#overlap), "an output overwrites its input");
    })
}

/// Memory that an input and an output share.
struct Shared {
    /// All of it.
    view: View,
    /// Its first byte.
    start: usize,
    /// Elements before the input and before the output.
    input: usize,
    output: usize,
    input_len: usize,
    output_len: usize,
}

impl Shared {
    /// If they do.
    fn of(planes: &Planes, layout: &Layout) -> Option<Self> {
        let [input, output] =
            [planes.input, planes.output].map(|view| Window::new("", view, Access::Read, layout).at);
        let ends = [input.checked_add(planes.input.bytes())?, output.checked_add(planes.output.bytes())?];
        if ends[0] <= output || ends[1] <= input {
            return None;
        }
        let start = input.min(output);
        let size = planes.output.ty.size()?;
        let elements = |bytes: usize| bytes.checked_sub(start)?.checked_div(size);
        let view = View { len: elements(ends[0].max(ends[1]))?, ..planes.output };
        Some(Self {
            view,
            start,
            input: elements(input)?,
            output: elements(output)?,
            input_len: planes.input.len,
            output_len: planes.output.len,
        })
    }

    fn tokens(&self, item: &Item) -> TokenStream {
        let support = &item.support;
        let Self { input, output, input_len, output_len, .. } = self;
        quote! {
            #support::__private::kernels::planes::Overlap {
                input: #input,
                input_len: #input_len,
                output: #output,
                output_len: #output_len,
            }
        }
    }
}
