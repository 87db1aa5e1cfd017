//! GATHER: slices of a tensor, chosen by their positions along an axis.

use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, TensorId};
use crate::inner::flash::Flash;
use crate::kernels::gather::{Gather, gather};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// Slices of input `values` at the positions in input `positions`.
#[derive(Debug)]
pub(super) struct Slices {
    pub(super) values: usize,
    pub(super) positions: usize,
    pub(super) params: Gather,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, positions, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    types(reader, input, positions, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_gather_options)?;
    let (shape, chosen) = (&reader.tensor(input).shape, &reader.tensor(positions).shape);
    let axis = reader.axis(options.axis(), shape.len())?;
    // Negative batch dimensions count from the end of the positions.
    let batch = i64::from(options.batch_dims());
    let batch = if batch < 0 { batch.saturating_add_unsigned(chosen.len() as u64) } else { batch };
    let batch = usize::try_from(batch).ok().filter(|&batch| batch <= axis && batch <= chosen.len());
    let batch = batch.filter(|&batch| shape.iter().zip(chosen).take(batch).all(|(a, b)| a == b));
    let Some(batch) = batch else {
        return Err(Problem::new(
            format!("{} batch dimensions of shapes {shape:?} and {chosen:?}", options.batch_dims()),
            "they come first in both shapes, before the axis, and are equal",
            CONVERT_AGAIN,
        ));
    };
    let (outer, rest) = shape.split_at_checked(axis).unwrap_or_default();
    let inner = rest.get(1..).unwrap_or_default();
    let picked = chosen.get(batch..).unwrap_or_default();
    reader.expect_shape(output, "output", &[outer, picked, inner].concat())?;
    let params = Gather {
        outer: outer.iter().skip(batch).product(),
        along: shape.get(axis).copied().unwrap_or(1),
        picked: picked.iter().product(),
        inner: inner.iter().product(),
    };
    slices(reader, Slices { values: 0, positions: 1, params })
}

/// Checks types: what is known while compiling may be of any.
pub(super) fn types(
    reader: &Reader<'_>,
    values: TensorId,
    positions: TensorId,
    output: TensorId,
) -> Result<(), Problem> {
    let known = [values, positions].iter().all(|&id| reader.tensor(id).data.is_some());
    if !known {
        reader.one_of(values, "input", &[ElementType::Int8])?;
    }
    reader.one_of(positions, "positions", &[ElementType::Int32])?;
    reader.same_type(values, output)
}

/// Checks positions that are known.
pub(super) fn slices(reader: &Reader<'_>, slices: Slices) -> Result<Rc<dyn Op>, Problem> {
    let positions = reader.tensor(reader.input(slices.positions)?).to_i32().unwrap_or_default();
    let along = slices.params.along;
    if let Some(wrong) = positions.iter().find(|&&at| usize::try_from(at).map_or(true, |at| at >= along)) {
        return Err(Problem::new(
            format!("position {wrong}"),
            format!("there are positions 0 to {}", along.saturating_sub(1)),
            CONVERT_AGAIN,
        ));
    }
    Ok(Rc::new(slices))
}

impl Op for Slices {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let tensor = |index: usize| Some(graph.tensor(node.inputs.get(index).copied().flatten()?));
        let (values, positions) = (tensor(self.values)?, tensor(self.positions)?);
        let (data, positions) = (values.data.as_deref()?, positions.to_i32()?);
        let output = graph.tensor(*node.outputs.first()?);
        let size = output.ty.size()?;
        // A larger tensor is made on the device: that takes less program memory.
        if output.elements() > values.elements() {
            return None;
        }
        let mut bytes = vec![0u8; output.elements().checked_mul(size)?];
        let params = Gather { inner: self.params.inner.saturating_mul(size), ..self.params };
        gather(&params, Flash::from_slice(data), Flash::from_slice(&positions), &mut bytes);
        Some(vec![bytes.into()])
    }

    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let positions = inputs.get(self.positions)?.as_chunks().0;
        let positions: Vec<i32> = positions.iter().map(|&bytes| i32::from_le_bytes(bytes)).collect();
        let mut bytes = vec![0u8; len.first()?.checked_mul(size)?];
        let params = Gather { inner: self.params.inner.saturating_mul(size), ..self.params };
        let values = Flash::from_slice(inputs.get(self.values)?);
        gather(&params, values, Flash::from_slice(&positions), &mut bytes);
        Some(vec![bytes])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (values, positions, output) = (to.input(self.values)?, to.input(self.positions)?, to.output(0)?);
        let args = vec![
            to.operand("input", "VALUES", values)?,
            to.operand("positions", "POSITIONS", positions)?,
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("gather", "gather", &self.params, args, 0);
        Ok(())
    }
}
