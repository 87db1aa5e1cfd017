//! The passes over the graph, in order, each in a file of its own.
//!
//! 1. `strip_float_border`: first, because nothing after it can deal with floats.
//! 2. `remove_dead_nodes`: last, because the others leave nodes behind that nobody reads.

mod remove_dead_nodes;
mod strip_float_border;

use crate::diagnostics::Diagnostic;
use crate::graph::Graph;

/// Runs all passes; what they return is the user's to solve.
pub fn run(graph: &mut Graph) -> Vec<Diagnostic> {
    let refused = strip_float_border::run(graph);
    remove_dead_nodes::run(graph);
    refused
}
