//! What users of tiny-model see when something is wrong: see `cases`.

use std::path::Path;

/// Writes the one model that is too large to be kept: 64 MiB and a byte, none of which takes space on
/// the disk.
pub fn write_too_large() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/file/too_large.tflite");
    let file = std::fs::File::create(path).expect("the folder can be written");
    file.set_len((64 << 20) + 1).expect("the file can be as long");
}
