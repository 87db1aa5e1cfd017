//! The compiler of tiny-model: bytes of a TensorFlow Lite model in, Rust tokens out.
//!
//! It is an ordinary library: it opens no file and knows nothing of procedural macros, so that tests,
//! fuzzers and tools use it as the macro does.
//!
//! ```text
//! &[u8] → schema → Graph → passes → Program → Layout → TokenStream
//! ```

mod diagnostics;
mod emit;
mod graph;
mod import;
mod layout;
mod lower;
mod ops;
mod passes;
mod program;
mod quantize;
mod read;
mod report;
mod schema;
mod stub;
mod table;
mod unsupported;
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
    let refused =
        |diagnostics, graph: &_| Refused { diagnostics, stub: stub::emit(item, bytes.len(), graph) };
    let Imported { mut graph, errors, mut warnings } = import::import(bytes);
    if !errors.is_empty() {
        return Err(refused(errors, &graph));
    }
    match build(&mut graph) {
        Ok((program, layout)) => {
            warnings.extend(warn::dominant_tensor(&graph, &program, &layout));
            let warnings = warn::emit(item, &warnings);
            let model = emit::emit(item, bytes.len(), &program, &layout);
            Ok(quote::quote!(#model #warnings))
        }
        Err(diagnostics) => Err(refused(diagnostics, &graph)),
    }
}

/// Compiles a model as far as the memory plan, for tests and tools.
pub fn analyze(bytes: &[u8]) -> Result<(Program, Layout), Vec<Diagnostic>> {
    let Imported { mut graph, errors, .. } = import::import(bytes);
    if errors.is_empty() { build(&mut graph) } else { Err(errors) }
}

/// The stub alone, for a model that could not even be read.
pub fn stub(item: &Item) -> TokenStream {
    stub::emit(item, 0, &import::import(&[]).graph)
}

fn build(graph: &mut graph::Graph) -> Result<(Program, Layout), Vec<Diagnostic>> {
    let refused = passes::run(graph);
    if !refused.is_empty() {
        return Err(refused);
    }
    // From here on nothing is the user's fault.
    let program = lower::lower(graph).map_err(|bug| vec![bug.diagnostic()])?;
    let layout = layout::plan(&program);
    Ok((program, layout))
}

/// Everything there is to say about a model, refusals or warnings: for the catalogue of both.
pub fn diagnose(bytes: &[u8]) -> Vec<Diagnostic> {
    let Imported { mut graph, errors, mut warnings } = import::import(bytes);
    if !errors.is_empty() {
        return errors;
    }
    match build(&mut graph) {
        Ok((program, layout)) => {
            warnings.extend(warn::dominant_tensor(&graph, &program, &layout));
            warnings
        }
        Err(diagnostics) => diagnostics,
    }
}
