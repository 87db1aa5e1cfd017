//! Windows of the arena: the views that steps and callers get of it.

use super::element;
use super::ports::port_element;
use crate::layout::Layout;
use crate::program::{Access, Port, View};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// A window of the arena, with the name that it has in a function.
pub(super) struct Window {
    pub(super) name: &'static str,
    pub(super) view: View,
    pub(super) access: Access,
    /// Its first byte.
    pub(super) at: usize,
}

impl Window {
    pub(super) fn new(name: &'static str, view: View, access: Access, layout: &Layout) -> Self {
        let offset = layout.offsets.get(view.buffer.0).copied().unwrap_or(usize::MAX);
        Self { name, view, access, at: offset.saturating_add(view.offset) }
    }
}

/// Windows of the arena, as a tuple of references.
pub(super) fn open(windows: &[Window]) -> TokenStream {
    let types: Vec<TokenStream> =
        windows.iter().map(|window| element(window.view.ty).into_token_stream()).collect();
    open_typed(windows, &types)
}

/// The same for inputs or outputs, of the types that the caller has them as.
pub(super) fn open_ports(layout: &Layout, ports: &[Port], access: Access) -> TokenStream {
    let windows: Vec<Window> =
        ports.iter().map(|port| Window::new("port", port.view, access, layout)).collect();
    let types: Vec<TokenStream> = ports.iter().map(port_element).collect();
    open_typed(&windows, &types)
}

fn open_typed(windows: &[Window], types: &[TokenStream]) -> TokenStream {
    let types = windows.iter().zip(types).map(|(Window { view, access, at, .. }, ty)| {
        let kind = match access {
            Access::Read => quote!(Read),
            Access::Write | Access::Update => quote!(Write),
            Access::ReadInPlace | Access::WriteInPlace => quote!(Shared),
        };
        let len = view.len;
        quote!(arena::#kind<#ty, #len, #at>)
    });
    match windows.is_empty() {
        true => quote!(()),
        false => quote!(self.arena.open::<(#(#types,)*)>()),
    }
}
