//! RESIZE_NEAREST_NEIGHBOR: pictures of another size, made of the pixels that are there.

use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::inner::flash::Flash;
use crate::kernels::resize_nearest_neighbor::{ResizeNearestNeighbor, resize_nearest_neighbor};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Resize {
    height: usize,
    width: usize,
    channels: usize,
    /// For each row of the output the row of the input that it repeats.
    rows: Vec<u16>,
    /// The same for columns.
    columns: Vec<u16>,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8, ElementType::UInt8, ElementType::Int16])?;
    reader.same_type(input, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_resize_nearest_neighbor_options)?;
    let [batch, height, width, channels] = reader.nhwc(input, "input")?;
    let wanted = reader.integers(1, "the new size")?;
    let sizes: Option<Vec<usize>> = wanted.iter().map(|&size| usize::try_from(size).ok()).collect();
    let Some(&[to_height, to_width]) = sizes.as_deref() else {
        return Err(Problem::new(
            format!("the new size is {wanted:?}"),
            "it must be a height and a width",
            CONVERT_AGAIN,
        ));
    };
    reader.expect_shape(output, "output", &[batch, to_height, to_width, channels])?;
    let (align, half) = (options.align_corners(), options.half_pixel_centers());
    let (rows, columns) = (nearest(height, to_height, align, half), nearest(width, to_width, align, half));
    let (Some(rows), Some(columns)) = (rows, columns) else {
        return Err(Problem::new(
            format!("a picture of {height} by {width} pixels"),
            "rows and columns are numbered with 16 bits",
            "use smaller pictures",
        ));
    };
    Ok(Rc::new(Resize { height, width, channels, rows, columns }))
}

/// The nearest of `from` positions for each of `to`, in the `f32` arithmetic of the reference. `None`
/// if they do not fit 16 bits.
fn nearest(from: usize, to: usize, align_corners: bool, half_pixel_centers: bool) -> Option<Vec<u16>> {
    let last = u16::try_from(from.checked_sub(1)?).ok()?;
    let scale = match align_corners && to > 1 {
        true => f32::from(last) / (to - 1) as f32,
        false => from as f32 / to as f32,
    };
    let offset = if half_pixel_centers { 0.5 } else { 0.0 };
    let position = |at: usize| {
        let exact = (at as f32 + offset) * scale;
        // Positions are not negative, and too great ones end at the last.
        (if align_corners { exact.round() } else { exact.floor() } as u16).min(last)
    };
    Some((0..to).map(position).collect())
}

impl Resize {
    /// Parameters for elements of `size` parts each.
    fn params(&self, size: usize) -> ResizeNearestNeighbor {
        let channels = self.channels * size;
        let (row, output_row) = (self.width * channels, self.columns.len() * channels);
        ResizeNearestNeighbor {
            picture: self.height * row,
            row,
            channels,
            output_picture: self.rows.len() * output_row,
            output_row,
        }
    }
}

impl Op for Resize {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let input = graph.tensor(node.inputs.first().copied().flatten()?).data.as_deref()?;
        let output = graph.tensor(*node.outputs.first()?);
        let size = output.ty.size()?;
        let mut bytes = vec![0u8; output.elements() * size];
        // A larger picture is made on the device: that takes less program memory.
        if bytes.len() > input.len() {
            return None;
        }
        let (rows, columns) = (Flash::from_slice(&self.rows), Flash::from_slice(&self.columns));
        resize_nearest_neighbor(&self.params(size), rows, columns, Flash::from_slice(input), &mut bytes);
        Some(vec![bytes.into()])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let same = |table: &[u16], size: usize| table.iter().map(|&at| usize::from(at)).eq(0..size);
        if same(&self.rows, self.height) && same(&self.columns, self.width) {
            return to.alias(output, input, 0);
        }
        let table = |name, table: &[u16]| {
            let bytes = table.iter().flat_map(|at| at.to_le_bytes()).collect();
            Arg::Constant(Constant { name, ty: ElementType::UInt16, bytes })
        };
        let args = vec![
            table("ROWS", &self.rows),
            table("COLUMNS", &self.columns),
            to.operand("input", "VALUES", input)?,
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("resize_nearest_neighbor", "resize_nearest_neighbor", &self.params(1), args, 0);
        Ok(())
    }
}
