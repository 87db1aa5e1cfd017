//! Names what a file is that is no model, where that can be seen.

use crate::diagnostics::Problem;

const CONVERT: &str = "convert it with `tf.lite.TFLiteConverter`";
const UNPACK: &str = "unpack it, and give the path of the .tflite file";
const PATH: &str = "give the path of a .tflite file";
const SOURCE: &str = "give the path of the .tflite file that it was made of";

/// How files begin, what they are, and what to do about it.
const KINDS: [(&[u8], &str, &str); 9] = [
    (b"version https://git-lfs", "a Git LFS pointer", "run `git lfs pull` to get the model itself"),
    (b"\x89HDF", "a Keras .h5 file", CONVERT),
    (b"PK\x03\x04", "a zip archive", UNPACK),
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"<", "a HTML or XML page", "download the file itself, not the page about it"),
    (b"\x89PNG", "a PNG picture", PATH),
    (b"#include", "C source code", SOURCE),
    (b"const unsigned char", "C source code", SOURCE),
    (b"unsigned char", "C source code", SOURCE),
];

/// What is inside zip archives of other frameworks.
const ARCHIVES: [(&[u8], &str, &str); 3] = [
    (b"model.weights.h5", "a .keras file", CONVERT),
    (b"metadata.json", "a .keras file", CONVERT),
    (b"data.pkl", "a PyTorch file", "convert it with `litert_torch`, quantized to int8"),
];

/// The refusal of a file without the identifier of models.
pub(super) fn problem(bytes: &[u8]) -> Problem {
    if bytes.is_empty() {
        return Problem::new("the file is empty", "a model has at least a graph", PATH);
    }
    let (what, fix) = match (kind(bytes), bytes.get(4..7)) {
        (Some((what, fix)), _) => (format!("this is {what}, not a TensorFlow Lite model"), fix),
        (None, Some(b"TFL")) => ("another version of the file format".to_owned(), "convert the model again"),
        (None, _) => (format!("this is no TensorFlow Lite model ({} bytes)", bytes.len()), PATH),
    };
    Problem::new(what, "TensorFlow Lite models have the identifier `TFL3` at byte 4", fix)
}

fn kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let start = bytes.trim_ascii_start();
    let &(magic, what, fix) =
        KINDS.iter().find(|(magic, ..)| start.starts_with(magic)).or_else(|| protobuf(bytes))?;
    let inside = ARCHIVES.iter().find(|(name, ..)| magic.starts_with(b"PK") && contains(bytes, name));
    Some(inside.map_or((what, fix), |&(_, what, fix)| (what, fix)))
}

/// Protocol buffers have no magic number, but files of one kind begin with the same fields.
fn protobuf(bytes: &[u8]) -> Option<&'static (&'static [u8], &'static str, &'static str)> {
    match bytes {
        // The version of the schema is 1; graphs follow.
        [0x08, 1, 0x12, ..] => Some(&(b"", "a TensorFlow SavedModel", CONVERT)),
        // The version of the format; producer, domain, graph or operator sets follow.
        [0x08, 3..=30, 0x12 | 0x1a | 0x22 | 0x3a | 0x42, ..] => {
            Some(&(b"", "an ONNX file", "convert it with `onnx2tf -oiqt`, which quantizes to integers"))
        }
        _ => None,
    }
}

/// Whether a name is in the first or last part of a file, where archives have it.
fn contains(bytes: &[u8], name: &[u8]) -> bool {
    const PART: usize = 1 << 16;
    let parts =
        [bytes.get(..PART).unwrap_or(bytes), bytes.get(bytes.len().saturating_sub(PART)..).unwrap_or(bytes)];
    parts.iter().any(|part| part.windows(name.len()).any(|window| window == name))
}
