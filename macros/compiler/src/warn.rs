//! What is worth knowing of a model that compiles: warnings of the caller's build.

use crate::Item;
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::Graph;
use crate::layout::{Layout, lifetimes};
use crate::program::{BufferId, Program};
use crate::report::warning;
use proc_macro2::TokenStream;
use quote::quote_spanned;

/// Arenas below this are small whatever is in them.
const WORTH_A_WARNING: usize = 4096;

/// Procedural macros cannot warn on stable Rust, but they can use something that is deprecated for the
/// reason that is to be said. The lints of the struct apply, so that the caller decides.
pub fn emit(item: &Item, warnings: &[Diagnostic]) -> TokenStream {
    const LINTS: [&str; 5] = ["allow", "expect", "warn", "deny", "forbid"];
    let lints = || {
        let is_lint = |name: &&str| LINTS.contains(name);
        item.attributes
            .iter()
            .filter(move |a| a.path().get_ident().is_some_and(|i| is_lint(&i.to_string().as_str())))
    };
    let one = |diagnostic: &Diagnostic| {
        let text = warning(&item.path.value(), diagnostic);
        let lints = lints();
        quote_spanned! {item.path.span()=>
            #(#lints)*
            const _: () = {
                #[deprecated(note = #text)]
                #[allow(non_upper_case_globals)]
                const warning_of_tiny_model: () = ();
                warning_of_tiny_model
            };
        }
    };
    warnings.iter().map(one).collect()
}

/// Says so if one tensor takes more than three quarters of the arena, and without it half would do.
pub fn dominant_tensor(graph: &Graph, program: &Program, layout: &Layout) -> Option<Diagnostic> {
    // What is kept from one inference to the next is no layer's to give less of.
    let buffers = program.buffers.iter().enumerate().filter(|(_, buffer)| buffer.initial.is_none());
    let (largest, buffer) = buffers.max_by_key(|(_, buffer)| buffer.bytes)?;
    let most = buffer.bytes.saturating_mul(4) > layout.bytes.saturating_mul(3);
    if !most
        || layout.bytes < WORTH_A_WARNING
        || without(program, layout, largest).saturating_mul(2) > layout.bytes
    {
        return None;
    }
    let at = writer(graph, program, BufferId(largest));
    let fix = match at {
        At::Tensor { .. } => "give the model less: fewer pixels, samples or channels",
        _ => "let this layer give less: a stride, a pooling before it, or fewer channels",
    };
    let problem = Problem::new(
        format!("its values take {} of the {} bytes of RAM", buffer.bytes, layout.bytes),
        "no plan makes the arena smaller than its largest tensor",
        fix,
    );
    Some(problem.at(at))
}

/// Bytes that are in use at a time when one buffer is not counted, nor those that lie in its place.
fn without(program: &Program, layout: &Layout, buffer: usize) -> usize {
    let place = |id: usize| Some((*layout.offsets.get(id)?, program.buffers.get(id)?.bytes));
    let lives = lifetimes(program);
    let others: Vec<_> = (lives.iter().zip(&program.buffers).enumerate())
        .filter(|(id, (_, other))| place(*id) != place(buffer) && other.initial.is_none())
        .map(|(_, (live, other))| (live, other.bytes))
        .collect();
    let at = |time: usize| {
        let live = others.iter().filter(|(live, _)| live.contains(&time));
        live.map(|(_, bytes)| *bytes).fold(0, usize::saturating_add)
    };
    (0..=program.calls.len()).map(at).max().unwrap_or(0)
}

/// Who gives a buffer its values: the caller or an operator.
fn writer(graph: &Graph, program: &Program, buffer: BufferId) -> At {
    let input = program.inputs.iter().position(|port| port.view.buffer == buffer);
    if let Some(&id) = input.and_then(|at| graph.inputs.get(at)) {
        return At::Tensor { index: id.0, name: graph.tensor(id).name.clone() };
    }
    let call = program.calls.iter().find(|call| call.windows().any(|(view, _)| view.buffer == buffer));
    let node = call.and_then(|call| graph.nodes.iter().find(|node| node.index == call.index));
    node.map_or(At::Model, |node| graph.at(node))
}
