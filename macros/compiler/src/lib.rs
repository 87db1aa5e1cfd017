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
mod schema;
mod stub;
mod table;

// The device's own kernels, compiled for the host, so that parameters are checked by the type system
// and what is computed while compiling is computed by the code that runs on the device.
#[allow(dead_code, missing_docs)]
#[path = "../../../support/src/inner/mod.rs"]
mod inner;
#[allow(dead_code, missing_docs, unused_imports)]
#[path = "../../../support/src/kernels/mod.rs"]
mod kernels;

pub use diagnostics::{At, Diagnostic, report};
pub use graph::ElementType;
pub use layout::{ALIGNMENT, Block, Layout, lifetimes, place, plan};
pub use ops::{OPERATORS, Operator};
pub use program::{Access, Arg, Buffer, BufferId, Call, Constant, Port, Program, View};

pub use table::Figures;

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

/// Compiles a model.
pub fn compile(bytes: &[u8], item: &Item) -> Result<TokenStream, Refused> {
    match build(bytes) {
        Ok((program, layout)) => Ok(emit::emit(item, bytes.len(), &program, &layout)),
        Err((graph, diagnostics)) => {
            Err(Refused { diagnostics, stub: stub::emit(item, bytes.len(), &graph) })
        }
    }
}

/// Compiles a model as far as the memory plan, for tests and tools.
pub fn analyze(bytes: &[u8]) -> Result<(Program, Layout), Vec<Diagnostic>> {
    build(bytes).map_err(|(_, diagnostics)| diagnostics)
}

/// The stub alone, for a model that could not even be read.
pub fn stub(item: &Item) -> TokenStream {
    stub::emit(item, 0, &import::import(&[]).0)
}

fn build(bytes: &[u8]) -> Result<(Program, Layout), (Box<graph::Graph>, Vec<Diagnostic>)> {
    let (mut graph, mut diagnostics) = import::import(bytes);
    if diagnostics.is_empty() {
        diagnostics.extend(passes::run(&mut graph));
    }
    if !diagnostics.is_empty() {
        return Err((Box::new(graph), diagnostics));
    }
    // From here on nothing is the user's fault.
    match lower::lower(&graph) {
        Ok(program) => {
            let layout = layout::plan(&program);
            Ok((program, layout))
        }
        Err(bug) => Err((Box::new(graph), vec![bug.diagnostic()])),
    }
}
