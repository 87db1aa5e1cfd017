//! The passes over the graph, in order, each in a file of its own.
//!
//! 1. `strip_float_border`: first, because nothing after it can deal with floats.
//! 2. `remove_dead_nodes`: before anything is refused that nobody needs.
//! 3. `refuse_floats`: what is refused here is the user's to solve; later there are only integers.

mod refuse_floats;
mod remove_dead_nodes;
mod strip_float_border;

use crate::diagnostics::Diagnostic;
use crate::graph::Graph;

/// Runs all passes; what they return is the user's to solve.
pub fn run(graph: &mut Graph) -> Vec<Diagnostic> {
    strip_float_border::run(graph);
    remove_dead_nodes::run(graph);
    refuse_floats::run(graph)
}
