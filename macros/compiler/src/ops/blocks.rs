//! What SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND share: pictures on one side, and on the other their
//! pixels sorted into pictures of every so many rows and columns.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::kernels::pad::Pad;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

/// Sizes of blocks and what lies around pictures, by height and width.
struct Geometry {
    block: [usize; 2],
    before: [usize; 2],
    after: [usize; 2],
}

/// A picture that is padded and then sorted.
#[derive(Debug)]
struct Spread {
    padded: usize,
    place: Movement,
    sorted: Movement,
}

/// A picture that is put together and then cropped.
#[derive(Debug)]
struct Gathered {
    whole: usize,
    joined: Movement,
    cropped: Movement,
}

pub(crate) fn to_batch(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (output, [batch, height, width, channels]) = picture(reader)?;
    let Geometry { block: [rows, columns], before, after } = geometry(reader, "the list of paddings")?;
    let ([above, left], [below, right]) = (before, after);
    let with = |size: usize, one: usize, other: usize| size.saturating_add(one).saturating_add(other);
    let [tall, wide] = [with(height, above, below), with(width, left, right)];
    let (many, across) = (tall.checked_div(rows).unwrap_or(0), wide.checked_div(columns).unwrap_or(0));
    if !tall.is_multiple_of(rows) || !wide.is_multiple_of(columns) {
        return Err(uneven([tall, wide], [rows, columns]));
    }
    let shape = [rows.saturating_mul(columns).saturating_mul(batch), many, across, channels];
    expect(reader, output, shape)?;
    let padded = [batch, tall, wide, channels];
    let blocks = [batch, many, rows, across, columns, channels];
    let sorted = Movement::permute(&blocks, &[2, 4, 0, 1, 3, 5]);
    if padded == [batch, height, width, channels] {
        return Take::read(reader, 0, vec![sorted]);
    }
    let (_, zero_point) = reader.per_tensor(output, "output")?;
    if zero_point != 0 {
        return Err(Problem::new(
            format!("padding, and a zero point of {zero_point}"),
            "TensorFlow Lite Micro pads with the integer 0 and TensorFlow Lite with the zero point, so that \
             there is no one result",
            "pad by a PAD before, or use a convolution with dilation, which needs neither",
        ));
    }
    let place = Movement::place(&[batch, height, width, channels], &padded, &[0, before[0], before[1], 0]);
    Ok(Rc::new(Spread { padded: padded.iter().product(), place, sorted }))
}

pub(crate) fn to_space(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (output, [batch, height, width, channels]) = picture(reader)?;
    let Geometry { block: [rows, columns], before, after } = geometry(reader, "the list of crops")?;
    let parts = rows.saturating_mul(columns);
    let pictures = batch.checked_div(parts).unwrap_or(0);
    if !batch.is_multiple_of(parts) {
        return Err(uneven([batch, batch], [parts, parts]));
    }
    let [tall, wide] = [height.saturating_mul(rows), width.saturating_mul(columns)];
    let ([above, left], [below, right]) = (before, after);
    let rest = |whole: usize, one: usize, other: usize| whole.checked_sub(one.saturating_add(other));
    let sizes =
        rest(tall, above, below).zip(rest(wide, left, right)).filter(|&(rest, other)| rest > 0 && other > 0);
    let Some((cropped_height, cropped_width)) = sizes else {
        return Err(Problem::new(
            format!("crops {before:?} and {after:?} of {tall} by {wide} pixels"),
            "nothing is left of the picture",
            CONVERT_AGAIN,
        ));
    };
    let shape = [pictures, cropped_height, cropped_width, channels];
    expect(reader, output, shape)?;
    let blocks = [rows, columns, pictures, height, width, channels];
    let joined = Movement::permute(&blocks, &[2, 3, 0, 4, 1, 5]);
    let whole = [pictures, tall, wide, channels];
    if shape == whole {
        return Take::read(reader, 0, vec![joined]);
    }
    let cropped = Movement::slice(&whole, &[0, before[0], before[1], 0], &[1; 4], &shape);
    Ok(Rc::new(Gathered { whole: whole.iter().product(), joined, cropped }))
}

/// The output, and the shape of the input, which a width of 1 is added to if it has three dimensions.
fn picture(reader: &Reader<'_>) -> Result<(TensorId, [usize; 4]), Problem> {
    reader.arity(3..=3, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    reader.same_type(input, output)?;
    match *reader.tensor(input).shape.as_slice() {
        [batch, height, channels] => Ok((output, [batch, height, 1, channels])),
        [batch, height, width, channels] => Ok((output, [batch, height, width, channels])),
        ref shape => Err(Problem::new(
            format!("input has shape {shape:?}"),
            format!("{} needs three or four dimensions", reader.name),
            "reshape it in the model",
        )),
    }
}

/// The output has as many dimensions as the input.
fn expect(reader: &Reader<'_>, output: TensorId, shape: [usize; 4]) -> Result<(), Problem> {
    let [batch, height, width, channels] = shape;
    match reader.tensor(reader.input(0)?).shape.len() {
        3 if width == 1 => reader.expect_shape(output, "output", &[batch, height, channels]),
        _ => reader.expect_shape(output, "output", &shape),
    }
}

/// Blocks and borders; pictures of three dimensions have those of the height alone.
fn geometry(reader: &Reader<'_>, role: &str) -> Result<Geometry, Problem> {
    let (block, borders) = (reader.integers(1, "the list of block sizes")?, reader.integers(2, role)?);
    let sides = reader.tensor(reader.input(0)?).shape.len().saturating_sub(2);
    let sizes = |list: &[i32], least: i32| -> Option<Vec<usize>> {
        list.iter().map(|&n| usize::try_from(n).ok().filter(|_| n >= least && n < 1 << 16)).collect()
    };
    match (sizes(&block, 1).as_deref(), sizes(&borders, 0).as_deref()) {
        (Some(&[rows]), Some(&[top, bottom])) if sides == 1 => {
            Ok(Geometry { block: [rows, 1], before: [top, 0], after: [bottom, 0] })
        }
        (Some(&[rows, columns]), Some(&[top, bottom, left, right])) if sides == 2 => {
            Ok(Geometry { block: [rows, columns], before: [top, left], after: [bottom, right] })
        }
        _ => Err(Problem::new(
            format!("blocks {block:?}, borders {borders:?}"),
            "there must be one block size and two borders for each side of the picture",
            CONVERT_AGAIN,
        )),
    }
}

fn uneven(sizes: [usize; 2], blocks: [usize; 2]) -> Problem {
    Problem::new(format!("{sizes:?} in blocks of {blocks:?}"), "they must be whole blocks", CONVERT_AGAIN)
}

impl Op for Spread {
    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let padded = self.place.moved(size, inputs.first()?, self.padded)?;
        Some(vec![self.sorted.moved(size, &padded, *len.first()?)?])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let scratch = to.scratch(to.tensor(input).ty, self.padded)?;
        let place = self.place.runs().ok_or_else(|| to.bug(format_args!("too many axes")))?;
        let args = vec![to.operand("input", "VALUES", input)?, Arg::Window("output", scratch, Access::Write)];
        to.call("pad", "pad", &Pad { value: 0, place }, args, 0);
        let output = to.write(output)?;
        self.sorted.lower_view(to, scratch, output)
    }
}

impl Op for Gathered {
    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let whole = self.joined.moved(size, inputs.first()?, self.whole)?;
        Some(vec![self.cropped.moved(size, &whole, *len.first()?)?])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let scratch = to.scratch(to.tensor(input).ty, self.whole)?;
        self.joined.lower(to, input, scratch)?;
        let output = to.write(output)?;
        self.cropped.lower_view(to, scratch, output)
    }
}
