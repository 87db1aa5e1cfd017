//! The only user of `tract-tflite`: checked access to the tables of a file.
//!
//! The flatbuffer verifier proves that every offset stays inside the file. What it cannot know (that
//! an index is in range, that a shape is a shape) is checked where it is read, in [`crate::import`].

use crate::diagnostics::Problem;
use crate::limits::{MAX_BYTES, MAX_DEPTH, MAX_OPERATORS, MAX_TABLES, SMALLER};
use crate::read::CONVERT_AGAIN;
use flatbuffers::{InvalidFlatbuffer, VerifierOptions};
pub(crate) use tract_tflite::tflite;

/// The schema version that all TensorFlow Lite files have had since 2018.
const VERSION: u32 = 3;

mod other_formats;
mod repair;

/// A file whose structure is not known yet, made readable where it is only unusual.
pub(crate) fn readable(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    repair::drop_types_of_absent_options(bytes)
}

/// A file whose structure is sound.
pub(crate) struct File<'a> {
    bytes: &'a [u8],
    model: tflite::Model<'a>,
}

impl<'a> File<'a> {
    /// Checks the structure of a file.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        if bytes.len() > MAX_BYTES {
            let what = format!("{} bytes", bytes.len());
            return Err(Problem::new(what, format!("the limit is {MAX_BYTES} bytes"), SMALLER));
        }
        if bytes.get(4..8) != Some(b"TFL3") {
            return Err(other_formats::problem(bytes));
        }
        let options = VerifierOptions {
            max_depth: MAX_DEPTH,
            max_tables: MAX_TABLES,
            // A table may be in several places, but weights are in one.
            max_apparent_size: 4 * MAX_BYTES,
            ignore_missing_null_terminator: true,
        };
        let model = tflite::root_as_model_with_opts(&options, bytes).map_err(unsound)?;
        if model.version() != VERSION {
            return Err(Problem::new(
                format!("schema version {}", model.version()),
                format!("tiny-model reads version {VERSION}, the only one that converters write"),
                "convert the model with a current TensorFlow",
            ));
        }
        Ok(Self { bytes, model })
    }

    /// A graph by its number; the main one is 0.
    pub(crate) fn graph(&self, index: usize) -> Option<tflite::SubGraph<'a>> {
        self.model.subgraphs()?.iter().nth(index)
    }

    /// Kind and version of every operator, in the order that operators refer to them.
    pub(crate) fn operator_codes(&self) -> Vec<tflite::OperatorCode<'a>> {
        self.model.operator_codes().into_iter().flatten().collect()
    }

    /// Every buffer's bytes: empty for those without, an error for those that leave the file.
    pub(crate) fn buffers(&self) -> Vec<Result<&'a [u8], Problem>> {
        let buffers = self.model.buffers().into_iter().flatten();
        buffers.map(|buffer| self.buffer(buffer)).collect()
    }

    fn buffer(&self, buffer: tflite::Buffer<'a>) -> Result<&'a [u8], Problem> {
        /// Slots of `Buffer.offset` and `Buffer.size`, which files above 2 GB have since 2023 and
        /// the schema of `tract-tflite` does not know yet.
        const OFFSET: u16 = 6;
        const SIZE: u16 = 8;
        let field = |slot| {
            let at = usize::from(buffer._tab.vtable().get(slot));
            let start = buffer._tab.loc().checked_add(at).filter(|_| at != 0)?;
            let bytes = self.bytes.get(start..)?.first_chunk()?;
            Some(u64::from_le_bytes(*bytes))
        };
        let (Some(offset @ 2..), Some(size)) = (field(OFFSET), field(SIZE)) else {
            return Ok(buffer.data().map(|data| data.bytes()).unwrap_or_default());
        };
        let range = usize::try_from(offset).ok().zip(usize::try_from(size).ok());
        let bytes = range.and_then(|(at, len)| self.bytes.get(at..at.checked_add(len)?));
        bytes.ok_or_else(|| {
            Problem::new(
                format!("a buffer of {size} bytes at offset {offset}"),
                format!("the file ends at byte {}", self.bytes.len()),
                "copy or convert the model again",
            )
        })
    }
}

/// Why the verifier does not accept a file.
fn unsound(error: InvalidFlatbuffer) -> Problem {
    let limit = match error {
        InvalidFlatbuffer::TooManyTables => Some(format!("more than {MAX_TABLES} tables")),
        InvalidFlatbuffer::ApparentSizeTooLarge => Some("the same bytes used again and again".to_owned()),
        InvalidFlatbuffer::DepthLimitReached => Some(format!("tables nested more than {MAX_DEPTH} deep")),
        _ => None,
    };
    if let Some(what) = limit {
        return Problem::new(
            what,
            "no model needs that: the file is damaged, or made to do harm",
            CONVERT_AGAIN,
        );
    }
    let first = error.to_string().lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
    Problem::new(
        format!("the file is damaged or cut off ({first})"),
        "its tables do not lie where the flatbuffer format says",
        "copy or convert the model again",
    )
}
