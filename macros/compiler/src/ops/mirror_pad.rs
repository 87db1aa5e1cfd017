//! MIRROR_PAD: a tensor surrounded by its own mirror image.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::resize_nearest_neighbor::ResizeNearestNeighbor;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct MirrorPad {
    shape: Vec<usize>,
    /// For each axis the element of the input for each of the output.
    tables: Vec<Vec<u16>>,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    reader.same_type(input, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_mirror_pad_options)?;
    let reflect = options.mode() == tflite::MirrorPadMode::REFLECT;
    let shape = reader.tensor(input).shape.clone();
    let paddings = reader.integers(1, "the list of paddings")?;
    let bad = || {
        Problem::new(
            format!("paddings {paddings:?} of shape {shape:?}"),
            "there must be two for each dimension, and none of them larger than what is mirrored",
            CONVERT_AGAIN,
        )
    };
    let (pairs, []) = paddings.as_chunks::<2>() else { return Err(bad()) };
    if pairs.len() != shape.len() {
        return Err(bad());
    }
    let tables = shape.iter().zip(pairs).map(|(&size, &[before, after])| table(size, before, after, reflect));
    let tables: Vec<Vec<u16>> = tables.collect::<Option<_>>().ok_or_else(bad)?;
    reader.expect_shape(output, "output", &tables.iter().map(Vec::len).collect::<Vec<_>>())?;
    Ok(Rc::new(MirrorPad { shape, tables }))
}

/// Where the elements of a padded axis come from; a reflection does not repeat the one at the edge.
fn table(size: usize, before: i32, after: i32, reflect: bool) -> Option<Vec<u16>> {
    let (before, after) = (usize::try_from(before).ok()?, usize::try_from(after).ok()?);
    let edge = usize::from(reflect);
    if before.max(after) > size.checked_sub(edge)? || u16::try_from(size).is_err() {
        return None;
    }
    let mirrored_before = (0..before).rev().map(|i| i.saturating_add(edge));
    let mirrored_after = (0..after).map(|i| size.saturating_sub(1).saturating_sub(edge).saturating_sub(i));
    Some(mirrored_before.chain(0..size).chain(mirrored_after).map(|at| at as u16).collect())
}

impl Op for MirrorPad {
    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let mut from: Vec<usize> = vec![0];
        for (table, &along) in self.tables.iter().zip(&self.shape) {
            let place = |at: &usize| {
                let at = at.saturating_mul(along);
                table.iter().map(move |&index| at.saturating_add(index.into()))
            };
            from = from.iter().flat_map(place).collect();
        }
        let input = inputs.first()?;
        let element = |at: usize| input.get(at.checked_mul(size)?..)?.get(..size);
        let elements = from.iter().take(*len.first()?).filter_map(|&at| element(at));
        Some(vec![elements.flatten().copied().collect()])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let mut shape = self.shape.clone();
        let grown = |axis: &usize| self.tables.get(*axis).map(Vec::len) != self.shape.get(*axis).copied();
        let mut axes: Vec<usize> = (0..shape.len()).filter(grown).collect();
        if axes.is_empty() {
            return to.alias(output, input, 0);
        }
        // Two neighbouring axes at a time, like rows and columns of pictures.
        let mut source = to.operand("input", "VALUES", input)?;
        while let Some(&row) = axes.first() {
            let column = axes.get(1).copied().filter(|&column| column == row.saturating_add(1));
            let taken = if column.is_some() { 2 } else { 1 };
            axes.drain(..taken);
            let single = [0u16];
            let rows = self.tables.get(row).map_or(&single[..], Vec::as_slice);
            let columns = column.and_then(|at| self.tables.get(at)).map_or(&single[..], Vec::as_slice);
            let width = column.and_then(|at| shape.get(at).copied()).unwrap_or(1);
            let channels: usize = shape.iter().skip(row.saturating_add(taken)).product();
            let params = ResizeNearestNeighbor {
                picture: shape.get(row).copied().unwrap_or(1).saturating_mul(width).saturating_mul(channels),
                row: width.saturating_mul(channels),
                channels,
                output_picture: rows.len().saturating_mul(columns.len()).saturating_mul(channels),
                output_row: columns.len().saturating_mul(channels),
            };
            for (axis, len) in [(Some(row), rows.len()), (column, columns.len())] {
                if let Some(size) = axis.and_then(|axis| shape.get_mut(axis)) {
                    *size = len;
                }
            }
            let view = match axes.is_empty() {
                true => to.write(output)?,
                false => to.scratch(to.tensor(input).ty, shape.iter().product())?,
            };
            let args = vec![
                constant("ROWS", rows),
                constant("COLUMNS", columns),
                source,
                Arg::Window("output", view, Access::Write),
            ];
            to.call("resize_nearest_neighbor", "resize_nearest_neighbor", &params, args, 0);
            source = Arg::Window("input", view, Access::ReadInPlace);
        }
        Ok(())
    }
}

fn constant(name: &'static str, table: &[u16]) -> Arg {
    let bytes = table.iter().flat_map(|at| at.to_le_bytes()).collect();
    Arg::Constant(Constant { name, ty: ElementType::UInt16, bytes })
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn only_reflections_leave_out_the_edge() {
        assert_eq!(table(3, 2, 1, true), Some(vec![2, 1, 0, 1, 2, 1]));
        assert_eq!(table(3, 2, 3, false), Some(vec![1, 0, 0, 1, 2, 2, 1, 0]));
        assert_eq!(table(3, 3, 0, true), None);
        assert_eq!(table(3, 4, 0, false), None);
        assert_eq!(table(3, -1, 0, false), None);
    }
}
