//! Measures the compiler. What it gives are numbers, one a line.

use quote::{format_ident, quote};
use tiny_model_compiler::{Calibration, Item, Options, Settings, analyze, compile, quantize};

#[cfg(not(test))]
use crate::clock::Clock;
#[cfg(test)]
use tiny_model_tests::Clock;

/// So many samples are in a file of them.
pub const SAMPLES: usize = 100;

/// Compiles models: for each of them the seconds that it took, and what came of it.
pub fn compiles(models: &[&str]) -> String {
    models.iter().map(|path| compiled(&std::fs::read(path).expect("the file is there"))).collect()
}

fn compiled(model: &[u8]) -> String {
    let clock = Clock::start();
    let expansion = compile(model, &item()).ok().expect("the model is supported");
    let characters = expansion.to_string().len();
    let seconds = clock.seconds();
    let program = analyze(model).expect("it is").0;
    // Most calls have several kernels: each for the processors that it is fastest on.
    let kernels: usize = program.calls.iter().map(|call| 1 + call.variants.len()).sum();
    format!("{seconds}\n{characters}\n{}\n{kernels}\n", tokens(expansion))
}

/// Tokens of an expansion, groups opened.
fn tokens(stream: proc_macro2::TokenStream) -> usize {
    let count = |tree| match tree {
        proc_macro2::TokenTree::Group(group) => 2 + tokens(group.stream()),
        _ => 1,
    };
    stream.into_iter().map(count).sum()
}

fn item() -> Item {
    Item {
        attributes: Vec::new(),
        visibility: syn::Visibility::Inherited,
        name: format_ident!("Model"),
        support: quote!(::tiny_model),
        path: syn::parse_quote!("model.tflite"),
        source: None,
        module: format_ident!("hidden"),
        options: Options::default(),
        budgets: Vec::new(),
    }
}

/// Quantizes a model by a file of samples, which holds their numbers, one sample after the other: the seconds that it
/// took, and how near it is.
pub fn quantizes(model: &str, samples: &str) -> String {
    let [model, samples] = [model, samples].map(|path| std::fs::read(path).expect("the file is there"));
    let numbers: Vec<f32> = samples.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect();
    let samples = numbers.chunks(numbers.len() / SAMPLES).map(|sample| vec![sample.to_vec()]).collect();
    let settings = Settings { calibration: Calibration::Samples(samples), ..Settings::default() };
    let clock = Clock::start();
    let (_, _, facts) = quantize(&model, &settings).unwrap_or_else(|problems| panic!("{problems:#?}"));
    format!("{}\n{}\n", clock.seconds(), facts.accuracy.sqnr)
}
