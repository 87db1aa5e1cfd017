//! DEPTH_TO_SPACE: pixels of many channels become squares of pixels.

use super::Op;
use super::movement::{Movement, Take};
use super::space_to_depth::MAX_BLOCK;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    let options = reader.options(tflite::Operator::builtin_options_as_depth_to_space_options)?;
    let block = reader.in_range(options.block_size(), "the block size", 1..=MAX_BLOCK)?;
    let [batch, height, width, channels] = reader.nhwc(input, "input")?;
    let pixels = block.saturating_mul(block);
    if !channels.is_multiple_of(pixels) {
        return Err(Problem::new(
            format!("{channels} channels for blocks of {block} by {block}"),
            "each pixel must become a whole block",
            CONVERT_AGAIN,
        ));
    }
    let depth = channels.checked_div(pixels).unwrap_or(0);
    reader.expect_shape(
        output,
        "output",
        &[batch, height.saturating_mul(block), width.saturating_mul(block), depth],
    )?;
    let blocks = [batch, height, width, block, block, depth];
    Take::read(reader, 0, vec![Movement::permute(&blocks, &[0, 1, 3, 2, 4, 5])])
}
