//! Inputs and outputs: their types and descriptions, and the trait that has them.

use super::{element, group};
use crate::Item;
use crate::program::{Port, Program};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

/// The type that the caller has elements of an input or output as.
pub(super) fn port_element(port: &Port) -> TokenStream {
    match port.fixed {
        Some(ty) => {
            let name = format_ident!("{}", ty.to_string());
            quote!(support::fixed_type!(#name))
        }
        None => element(port.view.ty).into_token_stream(),
    }
}

/// The array type of each port.
pub(super) fn arrays(ports: &[Port]) -> Vec<TokenStream> {
    let array = |port: &Port| {
        let (ty, len) = (port_element(port), port.view.len);
        quote!([#ty; #len])
    };
    ports.iter().map(array).collect()
}

/// The trait that generic code uses.
pub(super) fn model_trait(item: &Item, program: &Program) -> TokenStream {
    let Item { name, support, .. } = item;
    let shared =
        |ports: &[Port]| group(&arrays(ports).iter().map(|array| quote!(&'a #array)).collect::<Vec<_>>());
    let exclusive =
        |ports: &[Port]| group(&arrays(ports).iter().map(|array| quote!(&'a mut #array)).collect::<Vec<_>>());
    let (input, output, window) =
        (shared(&program.inputs), shared(&program.outputs), exclusive(&program.inputs));
    let shown = name.to_string();
    let arguments: Vec<TokenStream> = match program.inputs.len() {
        1 => vec![quote!(input)],
        n => (0..n).map(Literal::usize_unsuffixed).map(|i| quote!(input.#i)).collect(),
    };
    quote! {
        impl #support::Model for #name {
            const NAME: &'static str = #shown;
            const RAM: usize = Self::RAM;
            const STATE: usize = Self::STATE;
            const FLASH: usize = Self::FLASH;
            const MACS: usize = Self::MACS;
            const LAYERS: &'static [#support::Layer] = Self::LAYERS;
            type Input<'a> = #input;
            type InputMut<'a> = #window;
            type Output<'a> = #output;

            #[inline]
            fn infer<'a>(&'a mut self, input: Self::Input<'_>) -> Self::Output<'a> {
                Self::infer(self, #(#arguments),*)
            }

            #[inline]
            fn input_mut(&mut self) -> Self::InputMut<'_> {
                Self::input_mut(self)
            }

            #[inline]
            fn run(&mut self) -> Self::Output<'_> {
                Self::run(self)
            }
        }
    }
}

pub(super) fn port_type(item: &Item, port: &Port) -> TokenStream {
    let (support, ty) = (&item.support, element(port.view.ty));
    quote!(#support::Tensor<#ty>)
}

pub(super) fn port(item: &Item, port: &Port) -> TokenStream {
    let support = &item.support;
    let Port { name, shape, scale, zero_point, .. } = port;
    quote!(#support::Tensor::new(#name, &[#(#shape),*], #scale, #zero_point))
}
