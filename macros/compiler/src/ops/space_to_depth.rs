//! SPACE_TO_DEPTH: squares of pixels become pixels of more channels.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// Blocks of this size and more are no blocks of pixels.
pub(super) const MAX_BLOCK: i32 = 1 << 12;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    let options = reader.options(tflite::Operator::builtin_options_as_space_to_depth_options)?;
    let block = reader.in_range(options.block_size(), "the block size", 1..=MAX_BLOCK)?;
    let [batch, height, width, channels] = reader.nhwc(input, "input")?;
    if !height.is_multiple_of(block) || !width.is_multiple_of(block) {
        return Err(Problem::new(
            format!("a picture of {height} by {width} pixels, in blocks of {block}"),
            "it must be whole blocks",
            CONVERT_AGAIN,
        ));
    }
    let (rows, columns) = (height.checked_div(block).unwrap_or(0), width.checked_div(block).unwrap_or(0));
    reader.expect_shape(
        output,
        "output",
        &[batch, rows, columns, block.saturating_mul(block).saturating_mul(channels)],
    )?;
    let blocks = [batch, rows, block, columns, block, channels];
    Take::read(reader, 0, vec![Movement::permute(&blocks, &[0, 1, 3, 2, 4, 5])])
}
