//! A program out of a model: it infers some of the model's golden vectors.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use tiny_model::Tensor;
use tiny_model_compiler::{ElementType, Figures, Item, Port, Program as Compiled, analyze, compile, report};
use tiny_model_tests::{Kind, Slice, Vectors};

use crate::program::{Needs, Output, Program};

/// How many golden vectors a board infers.
const VECTORS: usize = 4;

/// The program of the model at `path`, with vectors spread over its golden file.
pub(crate) fn program(path: &Path) -> Result<Program> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let refused = |diagnostics: &[_]| anyhow::anyhow!(report(&name, diagnostics));
    let (compiled, layout) = analyze(&bytes).map_err(|diagnostics| refused(&diagnostics))?;
    let model = compile(&bytes, &item()).map_err(|error| refused(&error.diagnostics))?;

    let vectors = Vectors::open(&path.with_extension("npz"));
    let chosen: Vec<usize> = (0..VECTORS).map(|i| i * vectors.count() / VECTORS).collect();
    let mut input = Vec::new();
    let mut expected: Vec<Output> = Vec::new();
    for vector in chosen {
        for (index, port) in compiled.inputs.iter().enumerate() {
            input.extend(golden(&vectors, Kind::Input, index, vector, port)?);
        }
        for (index, port) in compiled.outputs.iter().enumerate() {
            let bytes = golden(&vectors, Kind::Output, index, vector, port)?;
            expected.push((format!("output_{index}"), bytes));
        }
    }
    let source = save(&name, &text(&compiled, &model))?;
    let Figures { ram, flash, .. } = Figures::of(&compiled, &layout);
    Ok(Program { name, path: source, input, expected, needs: Needs { ram, flash } })
}

fn item() -> Item {
    Item {
        attributes: Vec::new(),
        visibility: syn::Visibility::Inherited,
        name: format_ident!("Net"),
        support: quote!(::tiny_model),
        source: None,
    }
}

/// The bytes of one tensor in one golden vector.
fn golden(vectors: &Vectors, kind: Kind, index: usize, vector: usize, port: &Port) -> Result<Vec<u8>> {
    let values = vectors.values(kind, index, vector);
    let values = values.with_context(|| format!("there is no golden tensor {index}"))?;
    let integers = match values {
        Slice::Integers(values) => values.to_vec(),
        Slice::Floats(values) => values.iter().map(|&real| quantize(port, real)).collect::<Result<_>>()?,
    };
    let size = port.view.bytes() / port.view.len;
    ensure!(integers.len() == port.view.len, "golden tensor {index} has another size");
    Ok(integers.iter().flat_map(|integer| integer.to_le_bytes().into_iter().take(size)).collect())
}

/// Real values are those of a border that the model lost.
fn quantize(port: &Port, real: f32) -> Result<i64> {
    let (scale, zero_point) = (port.scale, port.zero_point);
    Ok(match port.view.ty {
        ElementType::Int8 => Tensor::<i8>::new("", &[], scale, zero_point).quantize(real).into(),
        ElementType::UInt8 => Tensor::<u8>::new("", &[], scale, zero_point).quantize(real).into(),
        ElementType::Int16 => Tensor::<i16>::new("", &[], scale, zero_point).quantize(real).into(),
        other => bail!("golden values are real, but the model's are {other}"),
    })
}

/// The program's source.
fn text(compiled: &Compiled, model: &TokenStream) -> String {
    let part = |of: &str, count: usize, index: usize| {
        let name = format_ident!("{of}");
        let index = proc_macro2::Literal::usize_unsuffixed(index);
        if count == 1 { quote!(#name) } else { quote!(#name.#index) }
    };
    let inputs = compiled.inputs.len();
    let fill = (0..inputs).map(|index| part("window", inputs, index));
    let outputs = compiled.outputs.len();
    let put_out = (0..outputs).map(|index| {
        let (name, output) = (format!("output_{index}"), part("output", outputs, index));
        quote!(report.output(#name, #output);)
    });
    let program = quote! {
        use crate::Report;

        #model

        static mut NET: Net = Net::new();

        pub fn run(report: &mut impl Report) {
            // SAFETY: this function is called once, and nothing else names the static.
            let net = unsafe { &mut *(&raw mut NET) };
            report.number("macs", Net::MACS as u32);
            report.number("ram", Net::RAM as u32);
            report.number("flash", Net::FLASH as u32);
            loop {
                #[allow(unused_variables)]
                let window = net.input_mut();
                if !(true #(&& report.input(#fill))*) {
                    return;
                }
                let output = report.measure("infer", || net.run());
                #(#put_out)*
            }
        }
    };
    program.to_string()
}

/// Writes the source where only changes make cargo build again.
fn save(name: &str, text: &str) -> Result<PathBuf> {
    let folder = crate::firmware::output_folder().join(name);
    fs::create_dir_all(&folder)?;
    let path = folder.canonicalize()?.join("program.rs");
    if fs::read_to_string(&path).ok().as_deref() != Some(text) {
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(path)
}
