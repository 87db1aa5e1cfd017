//! Operators: from the file to nodes, each with its problems.

use super::script::Found;
use super::{Import, legacy};
use crate::diagnostics::{At, Problem, printable};
use crate::graph::{ElementType, Node, Tensor, TensorId};
use crate::limits::{MAX_FOLDED, MAX_OPERANDS};
use crate::ops::{OPERATORS, Operator};
use crate::quantize::{CALIBRATE, WHY_CALIBRATE};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use crate::unsupported;
use std::rc::Rc;

impl<'a> Import<'_, 'a> {
    /// Reads one operator, supported or not.
    pub(super) fn operator(&mut self, index: usize, operator: tflite::Operator<'a>) {
        let codes = self.file.operator_codes();
        let Some(code) = codes.get(operator.opcode_index() as usize) else {
            let what = format!("its code is entry {} of {}", operator.opcode_index(), codes.len());
            let problem = Problem::new(what, "there is no such entry", CONVERT_AGAIN);
            let at = At::Operator { index, name: "unknown".to_owned(), output: String::new() };
            return self.errors.push(problem.at(at));
        };
        let (name, row) = identify(code);
        let mut at = At::Operator { index, name: name.clone(), output: String::new() };
        let tensors = self.node_tensors(operator);
        if let (At::Operator { output, .. }, Ok((_, outputs))) = (&mut at, &tensors) {
            *output = outputs.first().map(|&id| self.graph.tensor(id).name.clone()).unwrap_or_default();
        }
        // What an operator writes counts as written even if it cannot be compiled, so that one mistake
        // is one error.
        let known = tensors.as_ref().map(|(_, outputs)| outputs.clone()).unwrap_or_default();
        if let Ok((inputs, outputs)) = &tensors {
            let used: Vec<TensorId> = inputs.iter().flatten().chain(outputs).copied().collect();
            if used.into_iter().fold(false, |any, id| self.is_broken(id) | any) {
                return self.written.extend(known);
            }
        }
        let read = row.ok_or_else(|| unsupported::problem(&name, code)).and_then(|row| {
            unsupported::check_version(code)?;
            let (inputs, outputs) = tensors?;
            self.node(index, operator, row, inputs, outputs)
        });
        self.written.extend(known);
        if let Err(problem) = read {
            self.errors.push(problem.at(at));
        }
    }

    /// Reads one supported operator, and computes it if all it reads is constant.
    pub(super) fn node(
        &mut self,
        index: usize,
        operator: tflite::Operator<'a>,
        row: &'static Operator,
        inputs: Vec<Option<TensorId>>,
        outputs: Vec<TensorId>,
    ) -> Result<(), Problem> {
        let unwritten = inputs.iter().flatten().find(|id| !self.written.contains(id));
        let unwritten = unwritten.map(|&id| not_written(self.graph.tensor(id)));
        let rewritten = outputs.iter().find(|id| self.written.contains(id));
        let rewritten = rewritten.map(|&id| written_twice(self.graph.tensor(id)));
        if let Some(problem) = unwritten.or(rewritten) {
            return Err(problem);
        }
        if let Some(found) = &mut self.survey {
            found.push(Found { index, operator, row, inputs, outputs });
            return Ok(());
        }
        let reader =
            Reader { graph: &self.graph, operator, name: row.name, inputs: &inputs, outputs: &outputs };
        reader_float_check(&reader).inspect_err(|_| self.floats = true)?;
        legacy::check(&reader)?;
        let op = (row.read)(&reader)?;
        self.ops.insert(index, op.clone());
        let node = Node { index, name: row.name, op, inputs, outputs, notes: Vec::new() };
        match node.op.fold(&self.graph, &node) {
            Some(values) => {
                self.count_folded(&node, &values)?;
                for (id, value) in node.outputs.iter().zip(values) {
                    self.graph.tensor_mut(*id).data = Some(value);
                }
            }
            None => self.keep(node)?,
        }
        Ok(())
    }

    /// Limits what is computed while compiling. What is an input's memory takes none of its own.
    fn count_folded(&mut self, node: &Node, values: &[Rc<[u8]>]) -> Result<(), Problem> {
        let inputs = node.inputs.iter().flatten().filter_map(|&id| self.graph.tensor(id).data.as_ref());
        let inputs: Vec<&Rc<[u8]>> = inputs.collect();
        let new = values.iter().filter(|value| !inputs.iter().any(|input| Rc::ptr_eq(input, value)));
        let total = new.fold(self.folded, |total, value| total.saturating_add(value.len()));
        self.folded = total;
        match total {
            ..=MAX_FOLDED => Ok(()),
            _ => Err(Problem::new(
                format!("with this one, what is computed from constants takes {total} bytes"),
                format!("the limit is {MAX_FOLDED}"),
                "compute them before the model is converted",
            )),
        }
    }

    /// The tensors that an operator names.
    #[allow(clippy::type_complexity)] // a pair of lists
    fn node_tensors(
        &self,
        operator: tflite::Operator<'a>,
    ) -> Result<(Vec<Option<TensorId>>, Vec<TensorId>), Problem> {
        let operands = [operator.inputs(), operator.outputs()].map(|list| list.map_or(0, |list| list.len()));
        if let Some(count) = operands.into_iter().find(|&count| count > MAX_OPERANDS) {
            return Err(Problem::new(
                format!("{count} inputs or outputs"),
                format!("the limit is {MAX_OPERANDS}"),
                "do it in several steps",
            ));
        }
        let count = self.graph.tensors.len();
        let known = |id: i32| usize::try_from(id).ok().filter(|&id| id < count).map(TensorId);
        let missing = |id: i32, role: &str| {
            Problem::new(
                format!("{role} is tensor {id}"),
                format!("there are {count} tensors"),
                CONVERT_AGAIN,
            )
        };
        let input = |id: i32| match id {
            -1 => Ok(None),
            _ => known(id).map(Some).ok_or_else(|| missing(id, "an input")),
        };
        let inputs = operator.inputs().into_iter().flatten().map(input).collect::<Result<_, _>>()?;
        let output = |id: i32| known(id).ok_or_else(|| missing(id, "an output"));
        let outputs = operator.outputs().into_iter().flatten().map(output).collect::<Result<_, _>>()?;
        Ok((inputs, outputs))
    }
}

/// The operator's name in the schema, and its row in the list if it is supported.
fn identify(code: &tflite::OperatorCode<'_>) -> (String, Option<&'static Operator>) {
    // Files from before 2020 have the code in the older, narrower field.
    let older = tflite::BuiltinOperator(code.deprecated_builtin_code().into());
    let builtin = code.builtin_code().max(older);
    let custom = code.custom_code().filter(|_| builtin == tflite::BuiltinOperator::CUSTOM);
    let name = match custom {
        Some(custom) => format!("CUSTOM {custom}"),
        None => builtin.variant_name().map_or_else(|| format!("operator code {}", builtin.0), str::to_owned),
    };
    let is_named = |row: &&Operator| builtin != tflite::BuiltinOperator::CUSTOM || custom == Some(row.name);
    (name, OPERATORS.iter().filter(|row| row.code == builtin).find(is_named))
}

fn not_written(tensor: &Tensor) -> Problem {
    Problem::new(
        format!("tensor `{}` is read before anything is written to it", printable(&tensor.name)),
        "operators must stand in the order in which they run",
        CONVERT_AGAIN,
    )
}

fn written_twice(tensor: &Tensor) -> Problem {
    Problem::new(
        format!("tensor `{}` is written again", printable(&tensor.name)),
        "inputs, constants and outputs of other operators have one value",
        CONVERT_AGAIN,
    )
}

/// A float model is one problem that has nothing to do with the operator it shows at.
fn reader_float_check(reader: &Reader<'_>) -> Result<(), Problem> {
    const BORDER: [&str; 2] = ["QUANTIZE", "DEQUANTIZE"];
    let ids = reader.inputs.iter().flatten().chain(reader.outputs);
    let float = ids.map(|&id| reader.tensor(id)).find(|tensor| tensor.ty.is_float());
    match float {
        // A DEQUANTIZE of 16-bit floats is there to make weights wider.
        Some(tensor) if !BORDER.contains(&reader.name) || tensor.ty == ElementType::Float16 => {
            Err(Problem::new(format!("computes in {}", tensor.ty), WHY_CALIBRATE, CALIBRATE))
        }
        _ => Ok(()),
    }
}
