//! The compiler of tiny-model: bytes of a TensorFlow Lite model in, Rust tokens out.
//!
//! It is an ordinary library: it opens no file and knows nothing of procedural macros, so that tests,
//! fuzzers and tools use it as the macro does.
//!
//! ```text
//! &[u8] → schema → Graph → passes → Program → Layout → TokenStream
//! ```

mod diagnostics;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod emit;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod graph;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod import;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod layout;
mod limits;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod lower;
mod module;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod ops;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod passes;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod program;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod quantize;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod read;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod report;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod schema;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod stub;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod table;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod unsupported;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod verify;
#[cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]
mod warn;

// The device's own kernels, compiled for the host, so that parameters are checked by the type system
// and what is computed while compiling is computed by the code that runs on the device.
#[allow(dead_code, missing_docs)]
#[path = "../../../support/src/inner/mod.rs"]
mod inner;
#[allow(dead_code, missing_docs, unused_imports)]
#[path = "../../../support/src/kernels/mod.rs"]
mod kernels;

pub use diagnostics::{At, Diagnostic, Problem};
pub use graph::ElementType;
pub use layout::{ALIGNMENT, Block, Layout, lifetimes, place, plan};
pub use ops::{OPERATORS, Operator};
pub use program::{Access, Arg, Buffer, BufferId, Call, Constant, Port, Program, View};
pub use report::{report, warning};
pub use table::Figures;

use graph::Graph;
use import::Imported;
use proc_macro2::{Ident, TokenStream};

/// What to call the generated struct, and where it refers to.
pub struct Item {
    /// Attributes and doc comments.
    pub attributes: Vec<syn::Attribute>,
    /// Visibility.
    pub visibility: syn::Visibility,
    /// Name.
    pub name: Ident,
    /// Path of the support crate.
    pub support: TokenStream,
    /// The literal that names the model. What there is to say points at it.
    pub path: syn::LitStr,
    /// Absolute path of the model, for cargo to watch.
    pub source: Option<String>,
    /// Name of the module that hides what belongs to the struct, unlike that of any other model.
    pub module: Ident,
}

/// Why a model could not be compiled, and what can stand in its place.
pub struct Refused {
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// A struct of the same name with the same methods, so that one mistake is one error.
    pub stub: TokenStream,
}

/// Compiles a model. What is worth knowing without being wrong becomes warnings of the caller's build.
pub fn compile(bytes: &[u8], item: &Item) -> Result<TokenStream, Refused> {
    let read = Read::from(bytes);
    match read.built {
        Ok((program, layout)) => {
            let model = |item: &Item| emit::emit(item, bytes.len(), &program, &layout);
            let (model, warnings) = (module::hide(item, model), warn::emit(item, &read.notes));
            Ok(quote::quote!(#model #warnings))
        }
        Err(()) => {
            let stub = module::hide(item, |item| stub::emit(item, bytes.len(), &read.graph));
            Err(Refused { diagnostics: read.notes, stub })
        }
    }
}

/// Compiles a model as far as the memory plan, for tests and tools.
pub fn analyze(bytes: &[u8]) -> Result<(Program, Layout), Vec<Diagnostic>> {
    let Read { built, notes, .. } = Read::from(bytes);
    built.map_err(|()| notes)
}

/// Everything there is to say about a model: why it is refused, or what to warn of.
pub fn diagnose(bytes: &[u8]) -> Vec<Diagnostic> {
    Read::from(bytes).notes
}

/// The stub alone, for a model that could not even be read.
pub fn stub(item: &Item) -> TokenStream {
    module::hide(item, |item| stub::emit(item, 0, &import::import(&[]).graph))
}

/// A model as far as it could be compiled.
struct Read {
    graph: Graph,
    built: Result<(Program, Layout), ()>,
    /// Warnings, or everything that is wrong.
    notes: Vec<Diagnostic>,
}

impl Read {
    fn from(bytes: &[u8]) -> Self {
        let Imported { mut graph, errors, mut warnings } = import::import(bytes);
        let built = if errors.is_empty() { build(&mut graph) } else { Err(errors) };
        match built {
            Ok((program, layout)) => {
                warnings.extend(warn::dominant_tensor(&graph, &program, &layout));
                Self { graph, built: Ok((program, layout)), notes: warnings }
            }
            Err(notes) => Self { graph, built: Err(()), notes },
        }
    }
}

fn build(graph: &mut Graph) -> Result<(Program, Layout), Vec<Diagnostic>> {
    let refused = passes::run(graph);
    if !refused.is_empty() {
        return Err(refused);
    }
    // From here on nothing is the user's fault, but for the size.
    let bug = |bug: lower::Bug| vec![bug.diagnostic()];
    let program = lower::lower(graph).map_err(bug)?;
    if program.constant_bytes > limits::MAX_BYTES {
        let what = format!("weights and tables of {} bytes", program.constant_bytes);
        let why = format!("the limit is {}", limits::MAX_BYTES);
        return Err(vec![Problem::new(what, why, limits::SMALLER).at(At::Model)]);
    }
    let layout = layout::plan(&program);
    verify::verify(&program, &layout).map_err(bug)?;
    Ok((program, layout))
}
