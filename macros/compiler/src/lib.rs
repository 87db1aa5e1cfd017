//! The compiler of tiny-model: bytes of a TensorFlow Lite model in, Rust tokens out.
//!
//! It is an ordinary library: it opens no file and knows nothing of procedural macros, so that tests,
//! fuzzers and tools use it as the macro does.
//!
//! ```text
//! &[u8] → schema → Graph → passes → Program → Layout → TokenStream
//! ```
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod budget;
mod custom_options;
mod demand;
mod diagnostics;
mod emit;
mod graph;
mod import;
mod interpret;
mod layout;
mod limits;
mod lower;
mod module;
mod ops;
mod optimize;
mod passes;
mod program;
mod quantize;
mod ranges;
mod read;
mod report;
mod schema;
mod stub;
mod table;
mod unsupported;
mod verify;
mod warn;

// The device's own kernels, compiled for the host, so that parameters are checked by the type system
// and what is computed while compiling is computed by the code that runs on the device.
#[allow(dead_code, missing_docs, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#[path = "../../../support/src/inner/mod.rs"]
mod inner;
#[allow(dead_code, missing_docs, unused_imports, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#[path = "../../../support/src/kernels/mod.rs"]
mod kernels;

pub use budget::{Budget, Resource};
pub use demand::{Demand, Measure};
pub use diagnostics::{At, Diagnostic, Problem};
pub use graph::ElementType;
pub use interpret::Machine;
pub use layout::{ALIGNMENT, Block, Layout, Pair, Placed, lifetimes, place, plan};
pub use ops::{OPERATORS, Operator};
pub use optimize::Optimize;
pub use program::{Access, Arg, Buffer, BufferId, Call, Constant, Planes, Port, Program, Variant, View};
pub use quantize::measure::Accuracy;
pub use quantize::model::Facts;
pub use quantize::samples::Files;
pub use quantize::settings::{Bits, Calibration, Fixed, Limits, Sample, Settings, Verification};
pub use report::{report, warning};
pub use table::{Figures, live_bytes};

use graph::Graph;
use import::Imported;
use proc_macro2::{Ident, TokenStream};

/// What to call the generated struct, and where it refers to.
#[derive(Clone)]
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
    /// What the caller asks for.
    pub options: Options,
    /// What the model may take.
    pub budgets: Vec<Budget>,
}

/// What a model is compiled with. The default is what everybody gets.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Passes to leave out, by name: those of [`optional_passes`].
    pub without: Vec<&'static str>,
    /// What comes first where speed and program memory are at odds.
    pub optimize: Optimize,
    /// How a float model is quantized.
    pub quantization: Settings,
    /// How near the result has to be to it.
    pub demands: Vec<Demand>,
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
    let mut options = item.options.clone();
    options.quantization.limits = budget::limits(&item.budgets);
    let read = Read::from(bytes, &options);
    match read.built {
        Ok((program, layout)) => {
            let facts = read.facts.as_ref();
            let model = |item: &Item| emit::emit(item, bytes.len(), &program, &layout, facts);
            let (model, warnings) = (module::hide(item, model), warn::emit(item, &read.notes));
            let demands = demand::emit(&item.path.value(), &item.options.demands, facts);
            let budgets = budget::emit(item, &read.graph, &program, &layout);
            Ok(quote::quote!(#model #warnings #demands #budgets))
        }
        Err(()) => {
            let stub = module::hide(item, |item| stub::emit(item, bytes.len(), &read.graph));
            Err(Refused { diagnostics: read.notes, stub })
        }
    }
}

/// Names of the passes that make a model smaller or faster, in the order in which they run.
pub fn optional_passes() -> impl Iterator<Item = &'static str> {
    passes::optional().chain([layout::OVERLAP])
}

/// Compiles a model as far as the memory plan, for tests and tools.
pub fn analyze(bytes: &[u8]) -> Result<(Program, Layout), Vec<Diagnostic>> {
    analyze_with(bytes, &Options::default())
}

/// The same with options.
pub fn analyze_with(bytes: &[u8], options: &Options) -> Result<(Program, Layout), Vec<Diagnostic>> {
    let Read { built, notes, .. } = Read::from(bytes, options);
    built.map_err(|()| notes)
}

/// Everything there is to say about a model: why it is refused, or what to warn of.
pub fn diagnose(bytes: &[u8]) -> Vec<Diagnostic> {
    diagnose_with(bytes, &Options::default())
}

/// The same with options.
pub fn diagnose_with(bytes: &[u8], options: &Options) -> Vec<Diagnostic> {
    Read::from(bytes, options).notes
}

/// Quantizes a float model and compiles it as far as the memory plan.
pub fn quantize(bytes: &[u8], settings: &Settings) -> Result<(Program, Layout, Facts), Vec<Diagnostic>> {
    let options = Options::default();
    let whole = |mut graph: Graph| build(&mut graph, &options);
    let mut quantized = quantize::model::quantize(bytes, settings, &plain, &whole)?;
    let (program, layout) = build(&mut quantized.imported.graph, &options)?;
    Ok((program, layout, quantized.facts))
}

/// The program of a graph without what makes it smaller, to be measured.
fn plain(mut graph: Graph) -> Result<Program, Vec<Diagnostic>> {
    let without = optional_passes().collect();
    let refused = passes::run(&mut graph, &Options { without, ..Options::default() })
        .map_err(|bug| vec![bug.diagnostic()])?;
    if !refused.is_empty() {
        return Err(refused);
    }
    lower::lower(&graph).map_err(|bug| vec![bug.diagnostic()])
}

/// Runs a float model on samples, each of which has the elements of every input.
pub fn run_float(bytes: &[u8], samples: &[Vec<Vec<f32>>]) -> Result<Vec<Vec<Vec<f32>>>, Vec<Diagnostic>> {
    quantize::model::run(bytes, samples)
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
    /// What there is to say of a model that was quantized here.
    facts: Option<Facts>,
}

impl Read {
    fn from(bytes: &[u8], options: &Options) -> Self {
        let Imported { mut graph, errors, mut warnings, floats, .. } = import::import(bytes);
        let settings = &options.quantization;
        let mut facts = None;
        let whole = |mut graph: Graph| build(&mut graph, options);
        let built = match (floats, matches!(settings.calibration, Calibration::None)) {
            (true, false) => {
                quantize::model::quantize(bytes, settings, &plain, &whole).and_then(|quantized| {
                    facts = Some(quantized.facts);
                    warnings.extend(quantized.warning);
                    graph = quantized.imported.graph;
                    build(&mut graph, options)
                })
            }
            (false, false) if errors.is_empty() => Err(vec![quantize::needless().at(At::Model)]),
            _ if errors.is_empty() => build(&mut graph, options),
            _ => Err(errors),
        };
        match built {
            Ok((program, layout)) => {
                warnings.extend(warn::dominant_tensor(&graph, &program, &layout));
                Self { graph, built: Ok((program, layout)), notes: warnings, facts }
            }
            Err(notes) => Self { graph, built: Err(()), notes, facts: None },
        }
    }
}

fn build(graph: &mut Graph, options: &Options) -> Result<(Program, Layout), Vec<Diagnostic>> {
    let bug = |bug: lower::Bug| vec![bug.diagnostic()];
    let refused = passes::run(graph, options).map_err(bug)?;
    if !refused.is_empty() {
        return Err(refused);
    }
    // From here on nothing is the user's fault, but for the size.
    let mut program = lower::lower_for(graph, options.optimize).map_err(bug)?;
    if program.constant_bytes > limits::MAX_BYTES {
        let what = format!("weights and tables of {} bytes", program.constant_bytes);
        let why = format!("the limit is {}", limits::MAX_BYTES);
        return Err(vec![Problem::new(what, why, limits::SMALLER).at(At::Model)]);
    }
    let layout = layout::plan(&mut program, options);
    verify::verify(&program, &layout).map_err(bug)?;
    Ok((program, layout))
}
