//! Samples as `.wav` files, one for each.

use super::{Input, unfit};
use crate::diagnostics::{Problem, printable};
use hound::{SampleFormat, WavReader, WavSpec};

/// Reads a file of one channel.
pub(super) fn read(bytes: &[u8], input: &Input, range: (f32, f32)) -> Result<Vec<f32>, Problem> {
    let values = shares(bytes).ok_or_else(|| {
        unfit(
            "no sound of one channel",
            "other kinds of .wav files are not read",
            "convert it, as by `sox in.wav -b 16 -c 1 out.wav`",
        )
    })?;
    if values.len() != input.elements() {
        return Err(unfit(
            format!("a sound of {} values", values.len()),
            format!("the input `{}` has {}", printable(&input.name), input.elements()),
            "cut sounds to the length of the input; for features, save those as .npy",
        ));
    }
    let (low, high) = range;
    Ok(values.into_iter().map(|share| low + (high - low) * (share + 1.0) / 2.0).collect())
}

/// The sound, from -1 to 1.
fn shares(bytes: &[u8]) -> Option<Vec<f32>> {
    let reader = WavReader::new(bytes).ok()?;
    let WavSpec { channels: 1, bits_per_sample: bits @ 1..=32, sample_format, .. } = reader.spec() else {
        return None;
    };
    let full = (1u64 << bits) as f32 / 2.0;
    match sample_format {
        SampleFormat::Float => reader.into_samples::<f32>().map(Result::ok).collect(),
        SampleFormat::Int => {
            reader.into_samples::<i32>().map(|value| value.ok().map(|value| value as f32 / full)).collect()
        }
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
        super::super::tests::damaged(&bytes).for_each(|bytes| drop(shares(&bytes)));
        for len in 0..bytes.len() - 4 {
            assert!(read(&bytes[..len], &input(2), (-1.0, 1.0)).is_err(), "{len}");
        }
    }
}
