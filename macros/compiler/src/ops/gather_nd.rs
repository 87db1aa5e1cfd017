//! GATHER_ND: slices of a tensor, chosen by positions of several coordinates.

use super::Op;
use super::gather::types;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::gather::GatherNd;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

#[derive(Debug)]
struct Layer(GatherNd<Vec<(usize, usize)>>);

/// More coordinates than the reference takes.
const TOO_MANY: usize = 6;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, positions, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    types(reader, input, positions, output)?;
    let (shape, chosen) = (&reader.tensor(input).shape, &reader.tensor(positions).shape);
    let Some((&count, picked)) = chosen.split_last().filter(|&(&n, _)| n <= shape.len() && n < TOO_MANY)
    else {
        return Err(Problem::new(
            format!("positions of shape {chosen:?} in shape {shape:?}"),
            "there must be a coordinate for each of the first dimensions, up to five",
            CONVERT_AGAIN,
        ));
    };
    let slice = shape.get(count..).unwrap_or_default();
    reader.expect_shape(output, "output", &[picked, slice].concat())?;
    let inner = |axis: usize| shape.iter().skip(axis.saturating_add(1)).product();
    let axes: Vec<_> =
        shape.iter().enumerate().take(count).map(|(axis, &size)| (size, inner(axis))).collect();
    check_positions(reader, &axes)?;
    Ok(Rc::new(Layer(GatherNd { axes, inner: slice.iter().product() })))
}

/// Checks positions that are known.
fn check_positions(reader: &Reader<'_>, axes: &[(usize, usize)]) -> Result<(), Problem> {
    let positions = reader.tensor(reader.input(1)?).to_i32().unwrap_or_default();
    let outside =
        |(&at, &(size, _)): (&i32, &(usize, usize))| usize::try_from(at).map_or(true, |at| at >= size);
    match positions.iter().zip(axes.iter().cycle()).find(|&pair| outside(pair)) {
        Some((wrong, (size, _))) => Err(Problem::new(
            format!("position {wrong} along an axis of {size}"),
            "positions lie inside of the input",
            CONVERT_AGAIN,
        )),
        None => Ok(()),
    }
}

impl Op for Layer {
    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let (axes, positions) = (&self.0.axes, inputs.get(1)?.as_chunks().0);
        let bytes = self.0.inner.checked_mul(size)?;
        let slice = |chosen: &[[u8; 4]]| {
            let inside = |(&(count, step), &at): (&(usize, usize), &[u8; 4])| {
                let at = usize::try_from(i32::from_le_bytes(at)).ok().filter(|&at| at < count)?;
                at.checked_mul(step)
            };
            let from = axes.iter().zip(chosen).map(inside).try_fold(0usize, |sum, at| sum.checked_add(at?));
            let from = from?.checked_mul(size)?;
            inputs.first()?.get(from..from.checked_add(bytes)?)
        };
        let slices = positions.chunks(axes.len().max(1)).map(|chosen| slice(chosen).map(<[u8]>::to_vec));
        let output: Vec<u8> = slices.flat_map(|slice| slice.unwrap_or_else(|| vec![0; bytes])).collect();
        (output.len() == len.first()?.checked_mul(size)?).then(|| vec![output])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, positions, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let args = vec![
            to.operand("input", "VALUES", input)?,
            to.operand("positions", "POSITIONS", positions)?,
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("gather", "gather_nd", &self.0, args, 0);
        Ok(())
    }
}
