//! Variables as memory: where their values lie, and when new ones take the place of old ones.

use super::{Bug, Lowering};
use crate::graph::{Graph, TensorId, VariableId};
use crate::kernels::assign_variable::AssignVariable;
use crate::program::{Access, Arg, BufferId, Call, Params, View};
use std::collections::HashMap;

/// Where variables are while calls are appended.
#[derive(Default)]
pub(super) struct Variables {
    /// Those that are tensors.
    of_tensors: HashMap<TensorId, VariableId>,
    /// The memory of each that was used.
    homes: HashMap<VariableId, View>,
    /// The values that were assigned and are not yet in that memory.
    assigned: HashMap<VariableId, Assigned>,
}

/// A value that was assigned.
#[derive(Clone)]
struct Assigned {
    value: View,
    /// The call that moves it home, and how many calls stand before it at least.
    call: Call,
    position: usize,
}

impl Variables {
    pub(super) fn of(graph: &Graph) -> Self {
        let tensors = graph.variables.iter().enumerate();
        let of_tensors = tensors.filter_map(|(id, variable)| Some((variable.tensor?, VariableId(id))));
        Self { of_tensors: of_tensors.collect(), ..Self::default() }
    }
}

impl Lowering<'_> {
    /// The memory of a tensor that is a variable.
    pub(super) fn variable_tensor(&mut self, id: TensorId) -> Result<Option<View>, Bug> {
        let variable = self.variables.of_tensors.get(&id).copied();
        variable.map(|variable| self.home(variable)).transpose()
    }

    /// The memory of a variable.
    pub(super) fn home(&mut self, id: VariableId) -> Result<View, Bug> {
        if let Some(home) = self.variables.homes.get(&id) {
            return Ok(*home);
        }
        let variable = self.graph.variables.get(id.0);
        let Some(value) = variable.and_then(|variable| variable.initial.clone()) else {
            return Err(self.bug(format_args!("variable {} has no value", id.0)));
        };
        let home = self.state(value.ty, value.elements, value.contents)?;
        self.variables.homes.insert(id, home);
        Ok(home)
    }

    /// Gives a tensor the value of a variable, without a copy: values stay where they are until new ones
    /// are moved home, after all that read the old ones.
    pub fn read_variable(&mut self, id: VariableId, output: TensorId) -> Result<(), Bug> {
        let value = match self.variables.assigned.get(&id) {
            Some(assigned) => assigned.value,
            None => self.home(id)?,
        };
        self.views.insert(output, value);
        Ok(())
    }

    /// Gives a variable the value of a tensor.
    pub fn assign_variable(&mut self, id: VariableId, value: TensorId) -> Result<(), Bug> {
        let (mut value, home) = (self.read(value)?, self.home(id)?);
        if value == home {
            // The value that it has.
            self.variables.assigned.remove(&id);
            return Ok(());
        }
        if self.is_home(value.buffer) {
            // Another variable's, which may be assigned before this one is.
            value = self.copied(value)?;
        }
        let call = self.copy(value, home);
        let position = self.program.calls.len();
        self.variables.assigned.insert(id, Assigned { value, call, position });
        Ok(())
    }

    /// Moves all values home that were assigned, each as soon as nobody reads the old one any more.
    pub(super) fn keep_variables(&mut self) -> Result<(), Bug> {
        for id in self.graph.outputs.clone() {
            let view = self.read(id)?;
            let homes = self.variables.assigned.keys().filter_map(|id| self.variables.homes.get(id));
            if homes.into_iter().any(|home| home.buffer == view.buffer) {
                let copy = self.copied(view)?;
                self.views.insert(id, copy);
            }
        }
        let assigned = std::mem::take(&mut self.variables.assigned);
        let mut moves: Vec<(usize, VariableId, Call)> = assigned
            .into_iter()
            .map(|(id, Assigned { call, position, .. })| (self.unread(id).max(position), id, call))
            .collect();
        // From the last on, so that positions stay right.
        moves.sort_by_key(|&(position, id, _)| std::cmp::Reverse((position, id)));
        for (position, _, call) in moves {
            self.program.calls.insert(position, call);
        }
        Ok(())
    }

    /// How many calls there are up to the last one that reads a variable where it is at home.
    fn unread(&self, id: VariableId) -> usize {
        let home = self.variables.homes.get(&id).map(|home| home.buffer);
        let reads = |call: &Call| call.windows().any(|(view, _)| Some(view.buffer) == home);
        self.program.calls.iter().rposition(reads).map_or(0, |last| last.saturating_add(1))
    }

    /// Whether a buffer keeps its value from one inference to the next.
    fn is_home(&self, id: BufferId) -> bool {
        self.program.buffers.get(id.0).is_some_and(|buffer| buffer.initial.is_some())
    }

    /// The same elements in memory of their own.
    fn copied(&mut self, view: View) -> Result<View, Bug> {
        let copy = self.scratch(view.ty, view.len)?;
        let call = self.copy(view, copy);
        self.program.calls.push(call);
        Ok(copy)
    }

    /// A call that copies elements.
    fn copy(&self, from: View, to: View) -> Call {
        let input = self.node.inputs.iter().flatten().last();
        Call {
            index: self.node.index,
            name: self.node.name,
            shape: input.map(|&id| self.tensor(id).shape.clone()).unwrap_or_default(),
            module: "assign_variable",
            kernel: "assign_variable",
            params: format!("{AssignVariable:?}"),
            parameters: AssignVariable.keep(),
            args: vec![Arg::Window("value", from, Access::Read), Arg::Window("variable", to, Access::Write)],
            macs: 0,
            variants: Vec::new(),
            sum_bits: None,
            notes: Vec::new(),
        }
    }
}
