//! Samples as pictures: `.png` and `.bmp` files, one for each.

use super::{Input, unfit};
use crate::diagnostics::{Problem, printable};
use png::Transformations;
use std::io::Cursor;
use zune_bmp::BmpDecoder;
use zune_bmp::zune_core::bytestream::ZCursor;

/// Pixels of red, green, blue and whatever else, row by row from above.
struct Picture {
    width: usize,
    height: usize,
    channels: usize,
    bytes: Vec<u8>,
}

/// Pictures of more bytes are refused.
const MOST: usize = 1 << 26;

/// Reads a picture of the size of the input, whose last dimension counts channels.
pub(super) fn read(name: &str, bytes: &[u8], input: &Input, range: (f32, f32)) -> Result<Vec<f32>, Problem> {
    let picture = match name.to_lowercase().ends_with(".png") {
        true => png(bytes),
        false => bmp(bytes),
    };
    let picture = picture.ok_or_else(|| {
        unfit(
            "no picture that can be read",
            "it is damaged or too large, or not what its name says",
            "convert it anew, as by `convert in.jpg out.png`",
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
            [gray, ..] => [gray; 3], // and perhaps how opaque it is
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

fn png(bytes: &[u8]) -> Option<Picture> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size().filter(|&size| size <= MOST)?];
    let frame = reader.next_frame(&mut pixels).ok()?;
    pixels.truncate(frame.buffer_size());
    let channels = frame.color_type.samples();
    let (width, height) = (usize::try_from(frame.width).ok()?, usize::try_from(frame.height).ok()?);
    Some(Picture { width, height, channels, bytes: pixels })
}

fn bmp(bytes: &[u8]) -> Option<Picture> {
    let mut decoder = BmpDecoder::new(ZCursor::new(bytes));
    decoder.decode_headers().ok()?;
    let (width, height) = decoder.dimensions()?;
    let channels = decoder.colorspace()?.num_components();
    decoder.output_buf_size().filter(|&size| size > 0 && size <= MOST)?;
    Some(Picture { width, height, channels, bytes: decoder.decode().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use png::ColorType;

    fn input(shape: &[usize]) -> Input {
        Input { name: "x".to_owned(), shape: shape.to_vec() }
    }

    /// Two rows of three pixels, of which the first is written last.
    fn bitmap() -> Vec<u8> {
        let mut bytes = b"BM".to_vec();
        bytes.resize(54, 0);
        for (at, byte) in [(10, 54), (14, 40), (18, 3), (22, 2), (26, 1), (28, 24)] {
            bytes[at] = byte;
        }
        for pixels in [[1, 2, 3, 4, 5, 6, 7, 8, 9], [51; 9]] {
            bytes.extend(pixels);
            bytes.extend([0; 3]);
        }
        bytes
    }

    #[test]
    fn bitmaps_begin_at_the_bottom() {
        let bytes = bitmap();
        let gray = read("x.BMP", &bytes, &input(&[1, 2, 3, 1]), (0.0, 1.0)).map(|values| values[0]);
        assert_eq!(gray, Ok(0.2));
        let colors = read("x.bmp", &bytes, &input(&[2, 3, 3]), (0.0, 255.0));
        let expected = [[51.0; 9], [3.0, 2.0, 1.0, 6.0, 5.0, 4.0, 9.0, 8.0, 7.0]].concat();
        assert_eq!(colors, Ok(expected));
        assert!(read("x.bmp", &bytes, &input(&[2, 2, 3]), (0.0, 1.0)).is_err());
        for len in 0..bytes.len() - 3 {
            assert!(read("x.bmp", &bytes[..len], &input(&[2, 3, 3]), (0.0, 1.0)).is_err(), "{len}");
        }
    }

    /// A picture of gray levels 0 to 5, three in a row.
    fn png(color: ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 3, 2);
        encoder.set_color(color);
        encoder.set_palette((0..18).collect::<Vec<u8>>());
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        bytes
    }

    #[test]
    fn colors_of_all_kinds_are_read() {
        let shape = |channels| input(&[1, 2, 3, channels]);
        let gray: Vec<u8> = (0..6).collect();
        let read = |bytes: &[u8], channels| super::read("x.png", bytes, &shape(channels), (0.0, 255.0));
        let levels = |from: u8| Ok((from..from + 6).map(f32::from).collect::<Vec<_>>());
        assert_eq!(read(&png(ColorType::Grayscale, &gray), 1), levels(0));
        let with_alpha: Vec<u8> = gray.iter().flat_map(|&level| [level, 77]).collect();
        assert_eq!(read(&png(ColorType::GrayscaleAlpha, &with_alpha), 1), levels(0));
        let colors = Ok((0..18).map(|level: u8| f32::from(level)).collect::<Vec<_>>());
        assert_eq!(read(&png(ColorType::Indexed, &gray), 3), colors);
        assert_eq!(read(&png(ColorType::Rgb, &(0..18).collect::<Vec<u8>>()), 3), colors);
        assert!(read(&png(ColorType::Grayscale, &gray)[..40], 1).is_err());
    }

    #[test]
    fn damaged_pictures_do_not_panic() {
        for bytes in super::super::tests::damaged(&png(ColorType::Indexed, &[0, 1, 2, 3, 4, 5])) {
            drop(super::png(&bytes));
        }
        for bytes in super::super::tests::damaged(&bitmap()) {
            drop(bmp(&bytes));
        }
    }
}
