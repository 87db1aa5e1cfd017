//! What a model keeps from one inference to the next: how it starts.
//!
//! A new model is all zeros, so that a static of it takes no flash. If its state starts otherwise, the
//! first inference sets it.

use super::method;
use crate::Item;
use crate::graph::Contents;
use crate::layout::Layout;
use crate::program::Program;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// The field that notes whether the state has been set.
pub(super) fn field(program: &Program) -> Option<TokenStream> {
    (!program.starts_at_zero()).then(|| quote!(started: bool,))
}

/// Its value in a new model.
pub(super) fn new(program: &Program) -> Option<TokenStream> {
    (!program.starts_at_zero()).then(|| quote!(started: false))
}

/// What a run begins with.
pub(super) fn start(program: &Program) -> Option<TokenStream> {
    (!program.starts_at_zero()).then(|| {
        quote!(if !self.started {
            self.reset();
        })
    })
}

/// A run of bytes of the state.
struct Run<'a> {
    start: usize,
    len: usize,
    contents: &'a Contents,
}

/// The state from its first byte on; what is alike side by side is one run.
fn runs<'a>(program: &'a Program, layout: &Layout) -> Vec<Run<'a>> {
    let buffers = layout.offsets.iter().zip(&program.buffers);
    let kept = buffers.filter_map(|(&start, buffer)| Some((start, buffer.bytes, buffer.initial.as_ref()?)));
    let mut runs: Vec<Run<'_>> = Vec::new();
    for (start, len, contents) in kept {
        match runs.last_mut() {
            Some(last) if matches!(contents, Contents::Fill(_)) && last.contents == contents => {
                last.len = start.saturating_add(len).saturating_sub(last.start);
            }
            _ => runs.push(Run { start, len, contents }),
        }
    }
    runs
}

/// The method `reset`, if there is state.
pub(super) fn reset(item: &Item, program: &Program, layout: &Layout) -> Option<TokenStream> {
    let Item { name, support, .. } = item;
    let steps = runs(program, layout).into_iter().enumerate().map(|(at, Run { start, len, contents })| {
        let open = quote!(self.arena.open::<(arena::Write<u8, #len, #start>,)>());
        match contents {
            Contents::Fill(byte) => quote!(#open.0.fill(#byte);),
            Contents::Bytes(bytes) => {
                let (initial, size) = (format_ident!("INITIAL_{at}"), bytes.len());
                let bytes = Literal::byte_string(bytes);
                quote! {
                    support::flash_bytes!(#initial: #size = #bytes);
                    support::kernels::constant::constant(
                        &support::kernels::constant::Constant,
                        #initial.view::<u8>(),
                        #open.0,
                    );
                }
            }
        }
    });
    let started = (!program.starts_at_zero()).then(|| quote!(self.started = true;));
    let reset = method(item, "reset");
    program.has_state().then(|| {
        quote! {
            #[allow(dead_code)]
            impl #name {
                /// Forgets all inferences: the next one is as the first one was.
                pub fn #reset(&mut self) {
                    #(#steps)*
                    #started
                }
            }

            impl #support::Stateful for #name {
                #[inline]
                fn reset(&mut self) {
                    Self::reset(self);
                }
            }
        }
    })
}
