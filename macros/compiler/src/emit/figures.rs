//! What a model says of itself: constants of its type.

use super::ports::{port, port_type};
use super::{by_backend, group};
use crate::Item;
use crate::layout::Layout;
use crate::program::{BACKENDS, Port, Program, falls_back_to};
use crate::quantize::measure::Accuracy;
use crate::quantize::model::Facts;
use crate::table;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// `INPUT`, `OUTPUT` and the figures.
pub(super) fn consts(item: &Item, program: &Program, layout: &Layout) -> TokenStream {
    let Item { name, support, .. } = item;
    let ports = |ports: &[Port]| {
        let (types, values): (Vec<_>, Vec<_>) =
            ports.iter().map(|p| (port_type(item, p), port(item, p))).unzip();
        (group(&types), group(&values))
    };
    let (input_type, input) = ports(&program.inputs);
    let (output_type, output) = ports(&program.outputs);
    let figures = table::Figures::of(program, layout);
    let (ram, state, macs) = (figures.ram, figures.state, count(figures.macs));
    let flash = bytes_by_backend(figures.flash, |backend| table::flash_on(program, backend));
    let layers = program.calls.iter().zip(table::live_bytes(program, layout)).map(|(call, ram)| {
        let (name, shape, macs) = (call.name, &call.shape, count(call.macs));
        let flash = bytes_by_backend(call.constant_bytes(), |backend| call.constant_bytes_on(backend));
        let notes = call.notes.join(", ");
        quote!(Layer {
            operator: #name, shape: &[#(#shape),*], macs: #macs, flash: #flash, ram: #ram, notes: #notes
        })
    });
    quote! {
        #[allow(dead_code)]
        impl #name {
            /// The model's input, or all of them: shape, scale, zero point and conversions.
            pub const INPUT: #input_type = #input;
            /// The model's output, or all of them: shape, scale, zero point and conversions.
            pub const OUTPUT: #output_type = #output;
            /// Bytes of RAM that a value of this type takes, all activations included.
            pub const RAM: usize = #ram;
            /// Bytes of it that are kept from one inference to the next; 0 if none are.
            pub const STATE: usize = #state;
            /// Bytes of constants in program memory: weights, biases and tables.
            pub const FLASH: usize = #flash;
            /// Multiplications and accumulations of one inference; 65535 on AVR if there are more.
            pub const MACS: usize = #macs;
            /// What runs, in order.
            pub const LAYERS: &'static [#support::Layer] = {
                use #support::Layer;
                &[#(#layers),*]
            };
        }
        const _: () = ::core::assert!(::core::mem::size_of::<#name>() == #name::RAM);
    }
}

/// A number that says how much is done, and may be too large for the integers of AVR.
fn count(number: usize) -> TokenStream {
    match u16::try_from(number) {
        Ok(_) => quote!(#number),
        Err(_) => {
            let number = Literal::u64_suffixed(u64::try_from(number).unwrap_or(u64::MAX));
            quote!(support::count(#number))
        }
    }
}

/// Bytes of constants, which are others where there are variants.
fn bytes_by_backend(bytes: usize, on: impl Fn(&str) -> usize) -> TokenStream {
    let others = BACKENDS.into_iter().map(|backend| (backend, on(backend)));
    let others = others.filter(|&(backend, own)| own != falls_back_to(backend).map_or(bytes, &on));
    let others = others.map(|(backend, on)| (backend, quote!(#on)));
    by_backend(others.collect(), quote!(#bytes))
}

/// `ACCURACY`, of a model that was quantized while compiling.
pub(super) fn accuracy(item: &Item, facts: &Facts) -> TokenStream {
    let Item { name, support, .. } = item;
    let Accuracy { samples, agreement, sqnr, accuracy, float_accuracy } = &facts.accuracy;
    let sqnr = *sqnr as f32;
    let share = |share: &Option<f64>| match share {
        Some(share) => {
            let share = *share as f32;
            quote!(::core::option::Option::Some(#share))
        }
        None => quote!(::core::option::Option::None),
    };
    let (agreement, accuracy, float) = (share(agreement), share(accuracy), share(float_accuracy));
    quote! {
        #[allow(dead_code)]
        impl #name {
            /// How near it is to the float model that it was quantized from, measured while compiling.
            pub const ACCURACY: #support::Accuracy = #support::Accuracy {
                samples: #samples,
                agreement: #agreement,
                sqnr: #sqnr,
                accuracy: #accuracy,
                float_accuracy: #float,
            };
        }
    }
}
