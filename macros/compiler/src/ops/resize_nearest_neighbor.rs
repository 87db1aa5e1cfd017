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
    rows: Positions,
    columns: Positions,
    channels: usize,
}

/// How positions along one side of the output become positions of the input.
#[derive(Clone, Copy, Debug)]
struct Positions {
    from: u16,
    to: u16,
    align_corners: bool,
    half_pixel_centers: bool,
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
    let side = |from, to| Positions::new(from, to, align, half);
    let (Some(rows), Some(columns)) = (side(height, to_height), side(width, to_width)) else {
        return Err(Problem::new(
            format!("a picture of {height} by {width} pixels becomes {to_height} by {to_width}"),
            "rows and columns are numbered with 16 bits",
            "use smaller pictures",
        ));
    };
    Ok(Rc::new(Resize { rows, columns, channels }))
}

impl Positions {
    /// `None` if there are too many for 16 bits.
    fn new(from: usize, to: usize, align_corners: bool, half_pixel_centers: bool) -> Option<Self> {
        let (from, to) = (u16::try_from(from).ok()?, u16::try_from(to).ok()?);
        Some(Self { from, to, align_corners, half_pixel_centers })
    }

    /// For each position of the output the nearest of the input, in the `f32` arithmetic of the
    /// reference.
    fn nearest(self) -> impl Iterator<Item = u16> {
        let Self { from, to, align_corners, half_pixel_centers } = self;
        let last = from.saturating_sub(1);
        let scale = match align_corners && to > 1 {
            true => f32::from(last) / f32::from(to.saturating_sub(1)),
            false => f32::from(from) / f32::from(to),
        };
        let offset = if half_pixel_centers { 0.5 } else { 0.0 };
        (0..to).map(move |at| {
            let exact = (f32::from(at) + offset) * scale;
            // Positions are not negative, and too great ones end at the last.
            (if align_corners { exact.round() } else { exact.floor() } as u16).min(last)
        })
    }

    /// Whether each position stays where it is.
    fn are_the_same(self) -> bool {
        self.from == self.to && self.nearest().eq(0..self.to)
    }
}

impl Resize {
    /// Parameters for elements of `size` parts each.
    fn params(&self, size: usize) -> ResizeNearestNeighbor {
        let channels = self.channels.saturating_mul(size);
        let [height, width] = [self.rows, self.columns].map(|side| usize::from(side.from));
        let [output_height, output_width] = [self.rows, self.columns].map(|side| usize::from(side.to));
        let (row, output_row) = (width.saturating_mul(channels), output_width.saturating_mul(channels));
        ResizeNearestNeighbor {
            picture: height.saturating_mul(row),
            row,
            channels,
            output_picture: output_height.saturating_mul(output_row),
            output_row,
        }
    }
}

impl Op for Resize {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let input = graph.tensor(node.inputs.first().copied().flatten()?).data.as_deref()?;
        let output = graph.tensor(*node.outputs.first()?);
        let size = output.ty.size()?;
        let count = output.elements().checked_mul(size)?;
        // A larger picture is made on the device: that takes less program memory.
        if count > input.len() {
            return None;
        }
        let mut bytes = vec![0u8; count];
        let [rows, columns] = [self.rows, self.columns].map(|side| side.nearest().collect::<Vec<u16>>());
        let (rows, columns) = (Flash::from_slice(&rows), Flash::from_slice(&columns));
        resize_nearest_neighbor(&self.params(size), rows, columns, Flash::from_slice(input), &mut bytes);
        Some(vec![bytes.into()])
    }

    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let mut bytes = vec![0u8; len.first()?.checked_mul(size)?];
        let [rows, columns] = [self.rows, self.columns].map(|side| side.nearest().collect::<Vec<u16>>());
        let (rows, columns) = (Flash::from_slice(&rows), Flash::from_slice(&columns));
        let input = Flash::from_slice(inputs.first()?);
        resize_nearest_neighbor(&self.params(size), rows, columns, input, &mut bytes);
        Some(vec![bytes])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        if self.rows.are_the_same() && self.columns.are_the_same() {
            return to.alias(output, input, 0);
        }
        let table = |name, side: Positions| {
            let bytes = side.nearest().flat_map(u16::to_le_bytes).collect();
            Arg::Constant(Constant { name, ty: ElementType::UInt16, bytes })
        };
        let args = vec![
            table("ROWS", self.rows),
            table("COLUMNS", self.columns),
            to.operand("input", "VALUES", input)?,
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("resize_nearest_neighbor", "resize_nearest_neighbor", &self.params(1), args, 0);
        Ok(())
    }
}
