//! SELECT_V2: elements of one operand where a condition holds, and of another elsewhere.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::select::Select;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

#[derive(Debug)]
struct Layer(Select);

/// Dimensions that the reference takes at most.
const MOST: usize = 5;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(3..=3, 1)?;
    let [condition, yes, no] = [reader.input(0)?, reader.input(1)?, reader.input(2)?];
    let output = reader.output(0)?;
    reader.one_of(condition, "condition", &[ElementType::Bool])?;
    reader.one_of(yes, "operand", &[ElementType::Int8, ElementType::Int16])?;
    reader.same_type(yes, no)?;
    reader.same_type(yes, output)?;
    let operands = [condition, yes, no];
    let shapes = operands.map(|id| reader.tensor(id).shape.as_slice());
    let shape = reader.tensor(output).shape.as_slice();
    let strides = shapes.map(|operand| strides(operand, shape));
    let expected: Vec<usize> = common(&shapes);
    let (sizes, [Some(condition), Some(yes), Some(no)]) = (extended(shape), strides) else {
        return Err(misfit(&shapes, shape));
    };
    // Operands of one element each may have any number of dimensions.
    let single = shape.iter().product::<usize>() == 1;
    match sizes {
        Some(sizes) if single || expected == shape => {
            Ok(Rc::new(Layer(Select { sizes, condition, yes, no })))
        }
        _ => Err(misfit(&shapes, shape)),
    }
}

fn misfit(shapes: &[&[usize]], output: &[usize]) -> Problem {
    Problem::new(
        format!("operands have shapes {shapes:?}, the output {output:?}"),
        format!("counted from the last, dimensions must be equal, or 1; there are {MOST} at most"),
        CONVERT_AGAIN,
    )
}

/// The shape that operands broadcast to, if they do.
fn common(shapes: &[&[usize]]) -> Vec<usize> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let along = |axis: usize| {
        let size = |shape: &&[usize]| shape.len().checked_sub(axis).and_then(|at| shape.get(at).copied());
        shapes.iter().filter_map(size).max().unwrap_or(1)
    };
    (1..=rank).rev().map(along).collect()
}

/// A shape with ones in front.
fn extended(shape: &[usize]) -> Option<[usize; MOST]> {
    let ones = std::iter::repeat_n(1, MOST.checked_sub(shape.len())?);
    ones.chain(shape.iter().copied()).collect::<Vec<_>>().try_into().ok()
}

/// From one element to the next along each dimension of the output; 0 where an operand has one only.
fn strides(operand: &[usize], output: &[usize]) -> Option<[usize; MOST]> {
    let (sizes, wanted) = (extended(operand)?, extended(output)?);
    let mut strides = [0; MOST];
    let mut stride = 1usize;
    for ((slot, &size), &wanted) in strides.iter_mut().zip(&sizes).zip(&wanted).rev() {
        match size {
            1 => *slot = 0,
            _ if size == wanted => *slot = stride,
            _ => return None,
        }
        stride = stride.saturating_mul(size);
    }
    Some(strides)
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (condition, yes, no) = (to.input(0)?, to.input(1)?, to.input(2)?);
        let args = vec![
            to.operand("condition", "CONDITION", condition)?,
            to.operand("yes", "YES", yes)?,
            to.operand("no", "NO", no)?,
            Arg::Window("output", to.write(to.output(0)?)?, Access::Write),
        ];
        to.call("select", "select", &self.0, args, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_dimensions_have_no_stride() {
        assert_eq!(strides(&[3, 1, 5], &[2, 3, 4, 5]), Some([0, 0, 5, 0, 1]));
        assert_eq!(strides(&[], &[2, 3]), Some([0; 5]));
        assert_eq!(strides(&[2], &[2, 3]), None);
        assert_eq!(common(&[&[3, 1], &[5], &[1, 1, 1]]), [1, 3, 5]);
    }
}
