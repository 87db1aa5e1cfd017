//! A model that was compiled, with golden vectors for a board to infer.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use tiny_model::Tensor;
use tiny_model_compiler::{
    ElementType, Figures, Item, Machine, Options, Port, Program as Compiled, analyze_with, compile, report,
};
use tiny_model_tests::{Kind, Slice, Vectors};

use crate::floats;
use crate::layers::Layer;
use crate::program::{Needs, Output};

/// What a program is made of.
pub(crate) struct Golden {
    pub(crate) name: String,
    /// The model's file.
    pub(crate) file: Vec<u8>,
    /// What `tiny_model!` makes of it, as `pub struct Net`. As text, for tokens stay in their thread.
    expansion: String,
    pub(crate) figures: Figures,
    pub(crate) layers: Vec<Layer>,
    /// How many vectors.
    pub(crate) count: usize,
    /// Their bytes, one vector after the other.
    pub(crate) input: Vec<u8>,
    pub(crate) expected: Vec<Output>,
    /// Of the names of outputs.
    prefix: String,
    inputs: usize,
    outputs: usize,
}

impl Golden {
    /// The model at `path`, to be alone in the firmware, with as many vectors, spread over its golden file.
    pub(crate) fn model(path: &Path, count: usize) -> Result<Self> {
        // No prefix, for on AVR it would take RAM.
        Self::read(path, Some(count), String::new())
    }

    /// The model at `path`, to be one of many, with all its vectors.
    pub(crate) fn case(path: &Path) -> Result<Self> {
        Self::read(path, None, name(path) + ":")
    }

    fn read(path: &Path, count: Option<usize>, prefix: String) -> Result<Self> {
        let name = name(path);
        let file = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let vectors = Vectors::open(&path.with_extension("npz"));
        let options = floats::options(&name, &vectors);
        let (compiled, layout) =
            analyze_with(&file, &options).map_err(|diagnostics| anyhow!(report(&name, &diagnostics)))?;
        let expansion =
            compile(&file, &item(options)).map_err(|refused| anyhow!(report(&name, &refused.diagnostics)))?;
        let count = count.unwrap_or(vectors.count()).min(vectors.count());
        let mut golden = Self {
            figures: Figures::of(&compiled, &layout),
            layers: Layer::all(&compiled.calls),
            inputs: compiled.inputs.len(),
            outputs: compiled.outputs.len(),
            name,
            prefix,
            file,
            expansion: expansion.to_string(),
            count,
            input: Vec::new(),
            expected: Vec::new(),
        };
        // What a model with state gives depends on all that came before.
        let stride = if compiled.has_state() { 1 } else { vectors.count() / count };
        for vector in (0..count).map(|i| i * stride) {
            golden.add(&compiled, &vectors, vector).with_context(|| format!("in {}", golden.name))?;
        }
        Ok(golden)
    }

    fn add(&mut self, compiled: &Compiled, vectors: &Vectors, vector: usize) -> Result<()> {
        let inputs = compiled.inputs.iter().enumerate();
        let inputs = inputs.map(|(index, port)| bytes(vectors, Kind::Input, index, vector, port));
        let inputs: Vec<Vec<u8>> = inputs.collect::<Result<_>>()?;
        self.input.extend(inputs.iter().flatten());
        if floats::twin(&self.name).is_some() {
            // No other quantizes like this: a device has to give what the accuracy was measured with.
            let outputs = Machine::new(compiled).run(&inputs).context("it cannot be run on the host")?;
            let named = outputs.into_iter().enumerate();
            self.expected.extend(named.map(|(index, bytes)| (output_name(&self.prefix, index), bytes)));
            return Ok(());
        }
        for (index, port) in compiled.outputs.iter().enumerate() {
            let bytes = bytes(vectors, Kind::Output, index, vector, port)?;
            self.expected.push((output_name(&self.prefix, index), bytes));
        }
        Ok(())
    }

    /// The model as Rust.
    pub(crate) fn expansion(&self) -> Result<TokenStream> {
        self.expansion.parse().map_err(|error| anyhow!("the expansion of {}: {error}", self.name))
    }

    /// Memory that it takes for certain.
    pub(crate) fn needs(&self) -> Needs {
        Needs { ram: self.figures.ram, flash: self.figures.flash }
    }

    /// An expression that fills the input windows of `net` from `report`, and is false at the end of the input.
    pub(crate) fn fill(&self) -> TokenStream {
        let windows = (0..self.inputs).map(|index| part("window", self.inputs, index));
        quote! {{
            #[allow(unused_variables)]
            let window = net.input_mut();
            true #(&& report.input(#windows))*
        }}
    }

    /// Statements that put out `output`, by the names that `expected` has.
    pub(crate) fn put_out(&self) -> TokenStream {
        let each = (0..self.outputs).map(|index| {
            let (name, output) = (output_name(&self.prefix, index), part("output", self.outputs, index));
            quote!(report.output(#name, #output);)
        });
        quote!(#(#each)*)
    }
}

fn output_name(prefix: &str, index: usize) -> String {
    format!("{prefix}{index}")
}

/// A value alone, or a field of a tuple of them.
fn part(of: &str, count: usize, index: usize) -> TokenStream {
    let name = format_ident!("{of}");
    let index = Literal::usize_unsuffixed(index);
    if count == 1 { quote!(#name) } else { quote!(#name.#index) }
}

/// The file's name; cases of different operators may have the same, and are told apart by their folder's.
fn name(path: &Path) -> String {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent();
    let stem = text(path.file_stem());
    match folder.and_then(Path::parent).is_some_and(|above| above.ends_with("ops")) {
        true => format!("{}-{stem}", text(folder.and_then(Path::file_name))),
        false => stem,
    }
}

fn item(options: Options) -> Item {
    Item {
        attributes: Vec::new(),
        visibility: syn::parse_quote!(pub),
        name: format_ident!("Net"),
        support: quote!(::tiny_model),
        path: syn::parse_quote!(""),
        module: format_ident!("hidden"),
        options,
        budgets: Vec::new(),
        source: None,
    }
}

/// The bytes of one tensor in one golden vector.
fn bytes(vectors: &Vectors, kind: Kind, index: usize, vector: usize, port: &Port) -> Result<Vec<u8>> {
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
