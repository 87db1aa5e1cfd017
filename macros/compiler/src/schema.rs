//! The only user of `tract-tflite`: checked access to the tables of a file.
//!
//! The flatbuffer verifier proves that every offset stays inside the file. What it cannot know (that
//! an index is in range, that a shape is a shape) is checked where it is read, in [`crate::import`].

use crate::diagnostics::Problem;
use flatbuffers::VerifierOptions;
pub(crate) use tract_tflite::tflite;

/// Files above this are refused: no microcontroller holds them.
pub(crate) const MAX_BYTES: usize = 64 << 20;
/// More tensors than this are refused.
pub(crate) const MAX_TENSORS: usize = 20_000;
/// More operators than this are refused.
pub(crate) const MAX_OPERATORS: usize = 5_000;

/// The schema version that all TensorFlow Lite files have had since 2018.
const VERSION: u32 = 3;

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
            return Err(not_a_model(bytes));
        }
        let options = VerifierOptions {
            // A buffer of weights is a vector of bytes, so that honest files stay far below these.
            max_tables: 400_000,
            max_apparent_size: 4 * MAX_BYTES,
            ignore_missing_null_terminator: true,
            ..VerifierOptions::default()
        };
        let model = tflite::root_as_model_with_opts(&options, bytes).map_err(|error| {
            let first = error.to_string().lines().next().unwrap_or_default().to_owned();
            Problem::new(
                format!("the file is damaged or cut off ({first})"),
                "its tables do not lie where the flatbuffer format says",
                "copy or convert the model again",
            )
        })?;
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

/// What to do about a model that is too large.
pub(crate) const SMALLER: &str = "use a smaller model";

/// Names what a file is that is no model, where that can be seen.
fn not_a_model(bytes: &[u8]) -> Problem {
    const KINDS: [(&[u8], &str, &str); 6] = [
        (b"version https://git-lfs", "a Git LFS pointer", "run `git lfs pull` to get the model itself"),
        (b"\x89HDF", "a Keras or HDF5 file", CONVERT),
        (b"PK\x03\x04", "a zip archive (perhaps a .keras file)", CONVERT),
        (b"<", "a HTML or XML page", "download the file itself, not the page about it"),
        (b"\x89PNG", "a PNG picture", "give the path of the model"),
        (b"\x08", "perhaps an ONNX file or a frozen graph", CONVERT),
    ];
    const CONVERT: &str = "convert it with `tf.lite.TFLiteConverter`";
    let why = "a TensorFlow Lite model has the identifier `TFL3` at byte 4";
    let start = bytes.trim_ascii_start();
    if let Some((_, what, fix)) = KINDS.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return Problem::new(format!("this is {what}, not a model"), why, *fix);
    }
    let what = match bytes.len() {
        0 => "the file is empty".to_owned(),
        n => format!("this is no TensorFlow Lite model ({n} bytes)"),
    };
    Problem::new(what, why, "give the path of a .tflite file")
}
