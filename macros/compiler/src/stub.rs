//! What stands in a refused model's place: the same names and, as far as the file could be read, the
//! same types, so that code that uses the model gives no further errors.

use crate::Item;
use crate::emit::{element, method, track};
use crate::graph::{Graph, TensorId};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// A struct with the interface of the model.
pub fn emit(item: &Item, file_bytes: usize, graph: &Graph) -> TokenStream {
    let Item { attributes, visibility, name, support, .. } = item;
    let array = |&id: &TensorId| {
        let tensor = graph.tensor(id);
        let (ty, len) = (element(tensor.ty), tensor.elements());
        quote!([#ty; #len])
    };
    let port = |&id: &TensorId| {
        let tensor = graph.tensor(id);
        let (ty, shape) = (element(tensor.ty), &tensor.shape);
        (quote!(#support::Tensor<#ty>), quote!(#support::Tensor::new("", &[#(#shape),*], 1.0, 0)))
    };
    // What types a float model has after calibration is not known without it.
    let ports = || graph.inputs.iter().chain(&graph.outputs);
    let known = !graph.outputs.is_empty() && !ports().any(|&id| graph.tensor(id).ty.is_float());
    let inputs: Vec<TokenStream> = graph.inputs.iter().map(array).collect();
    let outputs: Vec<TokenStream> = graph.outputs.iter().map(array).collect();
    let names = (0..inputs.len()).map(|i| format_ident!("_input_{i}"));
    let body = quote!({ ::core::unreachable!("the model was not compiled") });
    let group = |parts: Vec<TokenStream>| match parts.as_slice() {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    };
    let unknown = || vec![(quote!(#support::Tensor<i8>), quote!(#support::Tensor::new("", &[], 1.0, 0)))];
    let ports = |ids: &[TensorId]| {
        let ports = if known { ids.iter().map(port).collect() } else { unknown() };
        let (types, values) = ports.into_iter().unzip();
        (group(types), group(values))
    };
    let ((input_type, input_value), (output_type, output_value)) =
        (ports(&graph.inputs), ports(&graph.outputs));
    let lifetime = |arrays: &[TokenStream], reference: TokenStream| match known {
        true => group(arrays.iter().map(|array| quote!(&'a #reference #array)).collect()),
        false => quote!(&'a #reference [i8; 0]),
    };
    let (any_input, any_window) = (lifetime(&inputs, quote!()), lifetime(&inputs, quote!(mut)));
    let any_output = lifetime(&outputs, quote!());
    let output = group(outputs.iter().map(|array| quote!(&#array)).collect());
    let windows = group(inputs.iter().map(|array| quote!(&mut #array)).collect());
    let [new, infer, input_mut, run, reset] =
        ["new", "infer", "input_mut", "run", "reset"].map(|name| method(item, name));
    let infer = match known {
        true => quote!(pub fn #infer(&mut self, #(#names: &#inputs),*) -> #output #body),
        // Not even the number of inputs is known: one is the rule, and any output type fits.
        false => quote!(pub fn #infer<I: ?Sized>(&mut self, _input: &I) -> ! #body),
    };
    let (windows, output) = match known {
        true => (windows, output),
        false => (quote!(!), quote!(!)),
    };
    let tracked = track(item, file_bytes);
    let shown = name.to_string();
    quote! {
        #tracked
        #(#attributes)*
        #visibility struct #name {}

        #[allow(dead_code, clippy::all, missing_docs)]
        impl #name {
            pub const INPUT: #input_type = #input_value;
            pub const OUTPUT: #output_type = #output_value;
            pub const RAM: usize = 0;
            pub const STATE: usize = 0;
            pub const FLASH: usize = 0;
            pub const MACS: usize = 0;
            pub const LAYERS: &'static [#support::Layer] = &[];
            pub const ACCURACY: #support::Accuracy = #support::Accuracy {
                samples: 0,
                agreement: ::core::option::Option::None,
                sqnr: 0.0,
                accuracy: ::core::option::Option::None,
                float_accuracy: ::core::option::Option::None,
            };
            pub const fn #new() -> Self { Self {} }
            #infer
            pub fn #reset(&mut self) #body
            pub fn #input_mut(&mut self) -> #windows #body
            pub fn #run(&mut self) -> #output #body
        }

        impl ::core::default::Default for #name {
            fn default() -> Self { Self {} }
        }

        impl #support::Model for #name {
            const NAME: &'static str = #shown;
            const RAM: usize = 0;
            const STATE: usize = 0;
            const FLASH: usize = 0;
            const MACS: usize = 0;
            const LAYERS: &'static [#support::Layer] = &[];
            type Input<'a> = #any_input;
            type InputMut<'a> = #any_window;
            type Output<'a> = #any_output;
            fn infer<'a>(&'a mut self, _: Self::Input<'_>) -> Self::Output<'a> #body
            fn input_mut(&mut self) -> Self::InputMut<'_> #body
            fn run(&mut self) -> Self::Output<'_> #body
        }

        impl #support::Stateful for #name {
            fn reset(&mut self) #body
        }
    }
}
