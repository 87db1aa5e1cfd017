//! Program + Layout → tokens. Knows no operator.

use crate::Item;
use crate::graph::ElementType;
use crate::layout::Layout;
use crate::program::{Access, Arg, Call, Constant, Program, Variant, View};
use crate::quantize::model::Facts;
use crate::table;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

mod figures;
mod overlap;
mod ports;
mod state;
mod windows;

use figures::{accuracy, consts};
use ports::{arrays, model_trait};
use windows::{Window, open, open_ports};

/// The struct of a model, its functions and constants.
pub fn emit(
    item: &Item,
    file_bytes: usize,
    program: &Program,
    layout: &Layout,
    facts: Option<&Facts>,
) -> TokenStream {
    let Item { attributes, visibility, name, support, .. } = item;
    let bytes = layout.bytes;
    let started = state::field(program);
    let doc = table::document(program, layout, facts);
    let functions = program.calls.iter().enumerate().map(|(at, call)| function(layout, call, at));
    let tracked = track(item, file_bytes);
    let consts = consts(item, program, layout);
    let accuracy = facts.map(|facts| accuracy(item, facts));
    let methods = methods(item, program, layout);
    let reset = state::reset(item, program, layout);
    let model = model_trait(item, program);
    quote! {
        #(#attributes)*
        #[doc = #doc]
        #visibility struct #name {
            arena: #support::__private::arena::Arena<#bytes>,
            #started
        }

        // A step has as many parameters as its operator has windows, and not every kernel needs all of what is
        // brought into its scope.
        #[allow(clippy::too_many_arguments, unused_imports)]
        const _: () = {
            use #support::__private::{self as support, arena};
            #tracked
            #consts
            #accuracy
            #methods
            #reset
            #model
            #(#functions)*
        };
    }
}

/// Name of the function that makes one call.
fn function_name(call: &Call, at: usize) -> Ident {
    format_ident!("{}", call.function_name(at))
}

/// One documented function per call: its constants, and the kernel's name with its parameters.
fn function(layout: &Layout, call: &Call, at: usize) -> TokenStream {
    let name = function_name(call, at);
    let doc = format!(" Operator {}, `{}`: gives shape {:?}.", call.index, call.name, call.shape);
    let windows = overlap::windows(call, layout);
    let parameters = windows.iter().map(|Window { name, view, access, .. }| parameter(name, *view, *access));
    let plain = kernel_call(layout, call, (call.kernel, &call.params), call.args.iter().cloned());
    let overlap = overlap::constant(layout, call);
    let mut modules = vec![call.module];
    modules.extend(call.variants.iter().map(|variant| variant.module));
    modules.sort_unstable();
    modules.dedup();
    let modules = modules.into_iter().map(|module| format_ident!("{module}"));
    let variants = call.variants.iter().map(|Variant { backend, kernel, params, constants, .. }| {
        let windows = call.args.iter().filter(|arg| !matches!(arg, Arg::Constant(_)));
        let args = constants.iter().cloned().map(Arg::Constant).chain(windows.cloned());
        (*backend, kernel_call(layout, call, (kernel, params), args))
    });
    let body = by_backend(variants.collect(), plain);
    // A function is seen by people who measure; for a few elements it would be longer than what it does.
    let elements = windows.iter().map(|window| window.view.len).fold(0, usize::saturating_add);
    let inline = if call.macs == 0 && elements <= 4 { quote!(#[inline]) } else { quote!(#[inline(never)]) };
    quote! {
        #[doc = #doc]
        #inline
        fn #name(#(#parameters),*) {
            use support::kernels::{planes::*, shapes::*, #(#modules::*),*};
            #overlap
            #body
        }
    }
}

/// A kernel's constants, and the kernel with its parameters.
fn kernel_call(
    layout: &Layout,
    call: &Call,
    (kernel, params): (&str, &str),
    args: impl Iterator<Item = Arg>,
) -> TokenStream {
    let kernel = format_ident!("{kernel}");
    let params: TokenStream = params.parse().unwrap_or_default();
    let (mut statics, mut passed) = (Vec::new(), Vec::new());
    for arg in args {
        passed.push(match &arg {
            Arg::Constant(constant) => {
                statics.push(static_bytes(constant));
                let (name, ty) = (format_ident!("{}", constant.name), element(constant.ty));
                quote!(#name.view::<#ty>())
            }
            Arg::Window(name, _, access) => {
                let name = format_ident!("{name}");
                match access {
                    Access::Write | Access::Update => quote!(#name.as_mut_slice()),
                    _ => quote!(#name.as_slice()),
                }
            }
            Arg::Planes(planes) => overlap::planes(layout, planes),
        });
    }
    // With it, rustc proves that the kernel has read what it overwrites.
    let overlap = overlap::is_laid_over(layout, call).then(|| quote!(, OVERLAP));
    quote! {
        #(#statics)*
        #kernel(support::parameters!(#params #overlap), #(#passed),*)
    }
}

/// One of several pieces of code: which one, the support crate knows.
fn by_backend(each: Vec<(&str, TokenStream)>, otherwise: TokenStream) -> TokenStream {
    if each.is_empty() {
        return otherwise;
    }
    let each = each.into_iter().map(|(backend, then)| {
        let backend = format_ident!("{backend}");
        quote!(#backend { #then })
    });
    quote!(support::by_backend! { #(#each)* else { #otherwise } })
}

/// A parameter of a call's function, for a window of the arena.
fn parameter(name: &str, view: View, access: Access) -> TokenStream {
    let (name, ty, len) = (format_ident!("{name}"), element(view.ty), view.len);
    match access {
        Access::Read => quote!(#name: &[#ty; #len]),
        Access::Write | Access::Update => quote!(#name: &mut [#ty; #len]),
        Access::ReadInPlace | Access::WriteInPlace => {
            quote!(#name: &[support::Cell<#ty>; #len])
        }
    }
}

/// A constant in program memory: one literal, however many elements.
fn static_bytes(constant: &Constant) -> TokenStream {
    let name = format_ident!("{}", constant.name);
    let (len, bytes) = (constant.bytes.len(), Literal::byte_string(&constant.bytes));
    quote!(support::flash_bytes!(#name: #len = #bytes);)
}

/// Makes cargo rebuild when the model changes, or samples; nothing refers to it, so it is not linked.
pub fn track(item: &Item, file_bytes: usize) -> TokenStream {
    let include = |path: &String| {
        quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        )
    };
    // Nothing larger exists where addresses have 16 bits, and rustc refuses it there.
    let unless_small = |include: TokenStream| quote!(#[cfg(not(target_pointer_width = "16"))] #include);
    let model = item.source.as_ref().map(include);
    let model =
        model.map(|model| if i16::try_from(file_bytes).is_ok() { model } else { unless_small(model) });
    let samples = item.options.quantization.sources().map(include).map(unless_small);
    quote!(#model #(#samples)*)
}

/// `new`, `infer`, `input_mut` and `run`.
fn methods(item: &Item, program: &Program, layout: &Layout) -> TokenStream {
    let Item { name, .. } = item;
    let [new, infer, input_mut, run] = ["new", "infer", "input_mut", "run"].map(|name| method(item, name));
    let inputs = arrays(&program.inputs);
    let outputs = arrays(&program.outputs);
    let names: Vec<Ident> = match program.inputs.len() {
        1 => vec![format_ident!("input")],
        n => (0..n).map(|i| format_ident!("input_{i}")).collect(),
    };
    let places: Vec<Ident> = (0..names.len()).map(|i| format_ident!("place_{i}")).collect();
    let output = group(&outputs.iter().map(|array| quote!(&#array)).collect::<Vec<_>>());
    let windows_mut = group(&inputs.iter().map(|array| quote!(&mut #array)).collect::<Vec<_>>());
    let opened_inputs = open_ports(layout, &program.inputs, Access::Write);
    let opened_outputs = open_ports(layout, &program.outputs, Access::Read);
    let unpack = |count: usize, opened: TokenStream| match count {
        1 => quote!(#opened.0),
        _ => opened,
    };
    let (window, result) =
        (unpack(program.inputs.len(), opened_inputs.clone()), unpack(program.outputs.len(), opened_outputs));
    let (fields, start) = (state::new(program), state::start(program));
    let steps = program.calls.iter().enumerate().map(|(at, call)| step(layout, call, at));
    let copy = (!names.is_empty()).then(|| {
        quote! {
            let (#(#places,)*) = #opened_inputs;
            #(*#places = *#names;)*
        }
    });
    quote! {
        #[allow(dead_code, clippy::too_many_arguments, clippy::type_complexity)]
        impl #name {
            /// A model that is ready to run. To run it changes it, so in a static it needs a cell: one
            /// that is taken once, as `static_cell::StaticCell`, or one behind a lock.
            #[inline]
            pub const fn #new() -> Self {
                Self { arena: arena::Arena::new(), #fields }
            }

            /// Runs the model once: the inputs in, the outputs out.
            #[inline]
            pub fn #infer(&mut self, #(#names: &#inputs),*) -> #output {
                #copy
                self.run()
            }

            /// The place where [`Self::run`] expects the input: write there to save a copy. What was
            /// written is gone after a run.
            #[inline]
            pub fn #input_mut(&mut self) -> #windows_mut {
                #window
            }

            /// Runs the model once on what was written to [`Self::input_mut`].
            pub fn #run(&mut self) -> #output {
                #start
                #(#steps)*
                #result
            }
        }

        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self::new()
            }
        }
    }
}

/// The name of a method. What the compiler says of a wrong call shows where the method comes from: the
/// literal that names the model.
pub fn method(item: &Item, name: &str) -> Ident {
    Ident::new(name, item.path.span())
}

/// One line of the table of contents that `run` is.
fn step(layout: &Layout, call: &Call, at: usize) -> TokenStream {
    let name = function_name(call, at);
    let windows = overlap::windows(call, layout);
    let names: Vec<Ident> = windows.iter().map(|window| format_ident!("{}", window.name)).collect();
    let opened = open(&windows);
    quote! {
        let (#(#names,)*) = #opened;
        #name(#(#names),*);
    }
}

/// One thing as itself, several as a tuple.
fn group(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    }
}

/// The Rust type of elements.
pub(crate) fn element(ty: ElementType) -> Ident {
    let name = match ty {
        ElementType::UInt8 | ElementType::Bool => "u8",
        ElementType::Int16 => "i16",
        ElementType::UInt16 => "u16",
        ElementType::Int32 => "i32",
        ElementType::UInt32 => "u32",
        _ => "i8",
    };
    Ident::new(name, Span::call_site())
}
