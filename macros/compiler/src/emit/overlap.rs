//! Inputs and outputs that the plan lays over each other: one window of the arena for both.

use super::windows::Window;
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
pub(super) fn planes(layout: &Layout, planes: &Planes) -> TokenStream {
    match Shared::of(planes, layout) {
        None => quote!(Planes::apart(input, output)),
        Some(_) => quote!(Planes::overlapped(planes, OVERLAP)),
    }
}

/// Whether a call's output is laid over its input.
pub(super) fn is_laid_over(layout: &Layout, call: &Call) -> bool {
    call.planes().is_some_and(|planes| Shared::of(&planes, layout).is_some())
}

/// Where the input and the output lie in what they share, if they do: a constant, `OVERLAP`.
pub(super) fn constant(layout: &Layout, call: &Call) -> Option<TokenStream> {
    let Shared { input, output, input_len, output_len, .. } = Shared::of(&call.planes()?, layout)?;
    Some(quote! {
        const OVERLAP: Overlap =
            Overlap {
                input: #input,
                input_len: #input_len,
                output: #output,
                output_len: #output_len,
            };
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
}
