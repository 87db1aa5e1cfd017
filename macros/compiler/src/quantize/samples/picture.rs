//! Samples as pictures: `.png` and `.bmp` files, one for each.

use super::inflate::inflate;
use super::{Input, unfit};
use crate::diagnostics::{Problem, printable};

/// Pixels of red, green, blue and whatever else, row by row from above.
struct Picture {
    width: usize,
    height: usize,
    channels: usize,
    bytes: Vec<u8>,
}

/// Pictures with more pixels are refused.
const MOST: usize = 1 << 26;

/// Reads a picture of the size of the input, whose last dimension counts channels.
pub(super) fn read(name: &str, bytes: &[u8], input: &Input, range: (f32, f32)) -> Result<Vec<f32>, Problem> {
    let picture = match name.to_lowercase().ends_with(".png") {
        true => png(bytes),
        false => bmp(bytes),
    };
    let picture = picture.ok_or_else(|| {
        unfit(
            "no picture with 8 bits for each channel",
            "of .png files those without interlacing are read, and of .bmp files those of 24 or 32 bits",
            "convert it, as by `convert in.png -depth 8 -interlace none out.png`",
        )
    })?;
    let (height, width, channels) = match *input.shape.as_slice() {
        [1, height, width, channels] | [height, width, channels] => (height, width, channels),
        [height, width] => (height, width, 1),
        _ => (0, 0, 0),
    };
    if (picture.height, picture.width) != (height, width) || !matches!(channels, 1 | 3) {
        return Err(unfit(
            format!("a picture of {} by {} pixels", picture.height, picture.width),
            format!("the input `{}` has shape {:?}", printable(&input.name), input.shape),
            "scale pictures to the size of the input; for other shapes, save samples as .npy",
        ));
    }
    let (low, high) = range;
    let real = |byte: f32| low + (high - low) * byte / 255.0;
    let pixels = picture.bytes.chunks_exact(picture.channels.max(1));
    let values = pixels.flat_map(|pixel| {
        let color: [u8; 3] = match *pixel {
            [red, green, blue, ..] => [red, green, blue],
            [gray, ..] => [gray; 3],
            [] => [0; 3],
        };
        let [red, green, blue] = color.map(f32::from);
        match channels {
            // As common decoders weight colors.
            1 if color.iter().all(|byte| *byte == color[0]) => vec![real(red)],
            1 => vec![real(0.299 * red + 0.587 * green + 0.114 * blue)],
            _ => vec![real(red), real(green), real(blue)],
        }
    });
    Ok(values.collect())
}

/// A number whose most significant byte comes first.
fn big(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_be_bytes(*bytes)).ok()
}

fn png(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let (mut header, mut palette, mut data) = (None, Vec::new(), Vec::new());
    loop {
        let len = big(rest, 0)?;
        let chunk = rest.get(8..)?.get(..len)?;
        match rest.get(4..8)? {
            b"IHDR" => header = Some(chunk),
            b"PLTE" => palette = chunk.to_vec(),
            b"IDAT" => data.extend_from_slice(chunk),
            b"IEND" => break,
            _ => {}
        }
        rest = rest.get(len.checked_add(12)?..)?;
    }
    let header = header?;
    let (width, height) = (big(header, 0)?, big(header, 4)?);
    let &[8, color, 0, 0, 0] = header.get(8..)? else { return None };
    let channels = match color {
        0 | 3 => 1,
        2 => 3,
        4 => 2,
        6 => 4,
        _ => return None,
    };
    width.checked_mul(height).filter(|&pixels| pixels > 0 && pixels <= MOST)?;
    // Two bytes in front of what is compressed say how.
    let filtered = inflate(data.get(2..)?)?;
    let bytes = unfiltered(&filtered, width.checked_mul(channels)?, height, channels)?;
    let (channels, bytes) = match color {
        // Of gray with transparency, the gray.
        4 => (1, bytes.chunks(2).filter_map(|pair| pair.first().copied()).collect()),
        3 => {
            let color = |&index: &u8| palette.chunks_exact(3).nth(usize::from(index));
            let colors: Option<Vec<&[u8]>> = bytes.iter().map(color).collect();
            (3, colors?.concat())
        }
        _ => (channels, bytes),
    };
    Some(Picture { width, height, channels, bytes })
}

/// Undoes what each row of a PNG file was prepared with.
fn unfiltered(bytes: &[u8], width: usize, height: usize, channels: usize) -> Option<Vec<u8>> {
    let mut output: Vec<u8> = Vec::with_capacity(width.checked_mul(height)?);
    let mut above = vec![0u8; width];
    for row in bytes.chunks_exact(width.checked_add(1)?).take(height) {
        let (&filter, row) = row.split_first()?;
        let mut line: Vec<u8> = Vec::with_capacity(width);
        for (at, &byte) in row.iter().enumerate() {
            let before = at.checked_sub(channels);
            let left = before.and_then(|at| line.get(at)).copied().unwrap_or(0);
            let corner = before.and_then(|at| above.get(at)).copied().unwrap_or(0);
            let up = above.get(at).copied().unwrap_or(0);
            let predicted = match filter {
                0 => 0,
                1 => left,
                2 => up,
                3 => left.midpoint(up),
                4 => nearest(left, up, corner),
                _ => return None,
            };
            line.push(byte.wrapping_add(predicted));
        }
        output.extend_from_slice(&line);
        above = line;
    }
    (output.len() == width.checked_mul(height)?).then_some(output)
}

/// Of three neighbours that which is nearest to what goes on evenly from them.
fn nearest(left: u8, up: u8, corner: u8) -> u8 {
    let even = i16::from(left).saturating_add(up.into()).saturating_sub(corner.into());
    let distance = |byte: u8| even.abs_diff(byte.into());
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

fn bmp(bytes: &[u8]) -> Option<Picture> {
    let word = |at: usize| bytes.get(at..)?.first_chunk().map(|&b| i32::from_le_bytes(b));
    let half = |at: usize| bytes.get(at..)?.first_chunk().map(|&b| u16::from_le_bytes(b));
    bytes.strip_prefix(b"BM")?;
    let (start, width, signed_height) =
        (usize::try_from(word(10)?).ok()?, usize::try_from(word(18)?).ok()?, word(22)?);
    let height = usize::try_from(signed_height.unsigned_abs()).ok()?;
    let channels = match (half(28)?, word(30)?) {
        (24, 0) => 3usize,
        (32, 0 | 3) => 4,
        _ => return None,
    };
    width.checked_mul(height).filter(|&pixels| pixels > 0 && pixels <= MOST)?;
    let row = width.checked_mul(channels)?;
    let rows = bytes.get(start..)?.chunks(row.checked_next_multiple_of(4)?).take(height);
    let line = |line: &[u8]| -> Option<Vec<u8>> {
        // Blue comes first.
        Some(
            line.get(..row)?.chunks(channels).flat_map(|pixel| pixel.iter().take(3).rev().copied()).collect(),
        )
    };
    let mut lines: Vec<Vec<u8>> = rows.map(line).collect::<Option<_>>()?;
    if lines.len() != height {
        return None;
    }
    if signed_height > 0 {
        lines.reverse();
    }
    Some(Picture { width, height, channels: 3, bytes: lines.concat() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(shape: &[usize]) -> Input {
        Input { name: "x".to_owned(), shape: shape.to_vec() }
    }

    #[test]
    fn bitmaps_begin_at_the_bottom() {
        let mut bytes = b"BM".to_vec();
        bytes.resize(54, 0);
        for (at, byte) in [(10, 54), (18, 1), (22, 2), (26, 1), (28, 24)] {
            bytes[at] = byte;
        }
        bytes.extend([1, 2, 3, 0, 51, 51, 51, 0]);
        let gray = read("x.BMP", &bytes, &input(&[1, 2, 1, 1]), (0.0, 1.0)).map(|values| values[0]);
        assert_eq!(gray, Ok(0.2));
        let colors = read("x.bmp", &bytes, &input(&[2, 1, 3]), (0.0, 255.0));
        assert_eq!(colors, Ok(vec![51.0, 51.0, 51.0, 3.0, 2.0, 1.0]));
        assert!(read("x.bmp", &bytes, &input(&[2, 2, 3]), (0.0, 1.0)).is_err());
        for len in 0..bytes.len() - 1 {
            assert!(read("x.bmp", &bytes[..len], &input(&[2, 1, 3]), (0.0, 1.0)).is_err(), "{len}");
        }
    }

    #[test]
    fn rows_are_predicted() {
        let rows = [1, 5, 1, 1, 2, 1, 1, 1, 4, 1, 0, 0];
        assert_eq!(unfiltered(&rows, 3, 3, 1), Some(vec![5, 6, 7, 6, 7, 8, 7, 7, 8]));
        assert_eq!(unfiltered(&[9, 0, 0, 0], 3, 1, 1), None);
    }
}
