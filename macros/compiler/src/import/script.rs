//! What the quantizer needs of a file: the operators as they stand there, and a graph made of them with
//! other tensors.

use super::{Import, Imported, variables};
use crate::diagnostics::{At, Diagnostic};
use crate::graph::{ElementType, Graph, Node, Tensor, TensorId};
use crate::ops::Operator;
use crate::quantize::settings::Fixed;
use crate::ranges::Known;
use crate::schema::{File, tflite};
use std::collections::HashMap;

/// An operator as it stands in the file.
#[derive(Clone)]
pub(crate) struct Found<'a> {
    /// Position in the file.
    pub(crate) index: usize,
    pub(crate) operator: tflite::Operator<'a>,
    pub(crate) row: &'static Operator,
    pub(crate) inputs: Vec<Option<TensorId>>,
    pub(crate) outputs: Vec<TensorId>,
}

/// A model as it stands in the file: its tensors, inputs, outputs and variables are in the graph, which has
/// no nodes.
pub(crate) struct Survey<'a> {
    pub(crate) graph: Graph,
    pub(crate) operators: Vec<Found<'a>>,
}

/// A model to be read as if its tensors were others.
pub(crate) struct Script<'a> {
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) inputs: Vec<TensorId>,
    pub(crate) outputs: Vec<TensorId>,
    /// Tensors that keep their value from one inference to the next.
    pub(crate) variables: Vec<TensorId>,
    pub(crate) steps: Vec<Step<'a>>,
    /// Inputs and outputs that callers have as types of the crate `fixed`.
    pub(crate) fixed: HashMap<TensorId, Fixed>,
}

/// What a script does next.
pub(crate) enum Step<'a> {
    /// An operator of the file, on the tensors that are named here.
    Operator(Found<'a>),
    /// One that the file does not have.
    Node(Node),
}

/// Lists the operators of a model; everything that is wrong with its structure is said.
pub(crate) fn survey<'a>(file: &File<'a>) -> Result<Survey<'a>, Vec<Diagnostic>> {
    let mut import = Import::new(file, Vec::new());
    import.survey = Some(Vec::new());
    if let Some(main) = file.graph(0) {
        import.run(main);
    }
    import.check_ports();
    match import.errors.is_empty() {
        true => Ok(Survey { graph: import.graph, operators: import.survey.unwrap_or_default() }),
        false => Err(import.errors),
    }
}

/// Reads the operators of a script: everything that is wrong is said, as if the file were so.
pub(crate) fn perform(file: &File<'_>, script: Script<'_>) -> Imported {
    let Script { tensors, inputs, outputs, variables, steps, fixed } = script;
    let mut import = Import::new(file, Vec::new());
    let variables: Vec<_> = variables
        .into_iter()
        .filter_map(|id| Some((id, variables::of_tensor(id, tensors.get(id.0)?))))
        .collect();
    let constants = (0..).map(TensorId).zip(&tensors).filter(|(_, tensor)| tensor.data.is_some());
    import.written = constants.map(|(id, _)| id).chain(inputs.iter().copied()).collect();
    import.written.extend(variables.iter().map(|(id, _)| *id));
    let variables = variables.into_iter().map(|(_, variable)| variable).collect();
    import.graph = Graph { tensors, inputs, outputs, variables, nodes: Vec::new(), fixed };
    for step in steps {
        match step {
            Step::Operator(found) => import.perform(found),
            Step::Node(node) => {
                import.written.extend(&node.outputs);
                import.graph.nodes.push(node);
            }
        }
    }
    // What a script has is not in any file, so that no reference has its bits.
    let Graph { nodes, tensors, .. } = &mut import.graph;
    for node in nodes {
        let output = node.outputs.first().and_then(|id| tensors.get(id.0));
        let zero_point = output.map_or(0, Known::zero_point);
        node.op = node.op.unbound(zero_point).unwrap_or_else(|| node.op.clone());
    }
    import.check_ports();
    import.check_variables();
    let Import { graph, errors, floats, ops, .. } = import;
    Imported { graph, errors, warnings: Vec::new(), floats, ops }
}

impl<'a> Import<'_, 'a> {
    /// Reads an operator of a script.
    fn perform<'s>(&mut self, found: Found<'s>)
    where
        's: 'a,
    {
        let Found { index, operator, row, inputs, outputs } = found;
        let output = outputs.first().map(|&id| self.graph.tensor(id).name.clone()).unwrap_or_default();
        let known = outputs.clone();
        if let Err(problem) = self.node(index, operator, row, inputs, outputs) {
            self.errors.push(problem.at(At::Operator { index, name: row.name.to_owned(), output }));
        }
        self.written.extend(known);
    }
}

/// Whether a tensor holds activations that the file has quantized.
pub(crate) fn is_quantized(tensor: &Tensor) -> bool {
    let integer = matches!(tensor.ty, ElementType::Int8 | ElementType::Int16);
    integer && tensor.data.is_none() && tensor.quantization.is_some()
}
