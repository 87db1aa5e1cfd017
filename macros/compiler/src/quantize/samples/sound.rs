//! Samples as `.wav` files, one for each.

use super::{Input, unfit};
use crate::diagnostics::{Problem, printable};

/// Reads a file of one channel in steps of 8 or 16 bits.
pub(super) fn read(bytes: &[u8], input: &Input, range: (f32, f32)) -> Result<Vec<f32>, Problem> {
    let (bits, data) = chunks(bytes).ok_or_else(|| {
        unfit(
            "no sound of one channel with 8 or 16 bits",
            "other kinds of .wav files are not read",
            "convert it, as by `sox in.wav -b 16 -c 1 out.wav`",
        )
    })?;
    let (low, high) = range;
    let real = |share: f32| low + (high - low) * (share + 1.0) / 2.0;
    let values: Vec<f32> = match bits {
        8 => data.iter().map(|&byte| real(f32::from(byte) / 128.0 - 1.0)).collect(),
        _ => data.as_chunks().0.iter().map(|&b| real(f32::from(i16::from_le_bytes(b)) / 32768.0)).collect(),
    };
    if values.len() != input.elements() {
        return Err(unfit(
            format!("a sound of {} values", values.len()),
            format!("the input `{}` has {}", printable(&input.name), input.elements()),
            "cut sounds to the length of the input; for features, save those as .npy",
        ));
    }
    Ok(values)
}

/// Bits of a value, and the data.
fn chunks(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    let mut bits = None;
    loop {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (len, after) = after.split_first_chunk()?;
        let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
        let data = after.get(..len).unwrap_or(after);
        match name {
            b"fmt " => {
                let word = |at: usize| data.get(at..)?.first_chunk().map(|&b| u16::from_le_bytes(b));
                const PCM: u16 = 1;
                const EXTENSIBLE: u16 = 0xfffe;
                let known = matches!(word(0)?, PCM | EXTENSIBLE) && word(2)? == 1;
                bits = word(14).filter(|bits| known && matches!(bits, 8 | 16));
            }
            b"data" => return Some((bits?, data)),
            _ => {}
        }
        rest = after.get(len.checked_add(len & 1)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_in_the_range() {
        let format = [16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0];
        let data = [4, 0, 0, 0, 0, 0x80, 0, 0x40];
        let bytes = [b"RIFF\0\0\0\0WAVEfmt ", &format[..], b"data", &data[..]].concat();
        let input = |elements| Input { name: "x".to_owned(), shape: vec![elements] };
        assert_eq!(read(&bytes, &input(2), (-1.0, 1.0)), Ok(vec![-1.0, 0.5]));
        assert_eq!(read(&bytes, &input(2), (0.0, 4.0)), Ok(vec![0.0, 3.0]));
        assert!(read(&bytes, &input(3), (-1.0, 1.0)).is_err());
        for len in 0..bytes.len() - 4 {
            assert!(read(&bytes[..len], &input(2), (-1.0, 1.0)).is_err(), "{len}");
        }
    }
}
