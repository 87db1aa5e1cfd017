//! Pictures for the firmware examples: some test pictures of the digits network, in the form in which it reads them.
//! The text that they come from is read while this crate is compiled, and not on the device.
#![no_std]

/// Pixels on each side of a picture.
pub const SIDE: usize = 8;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// How many pictures there are.
pub const COUNT: usize = 4;

/// Which test picture is the first here: one with which four different digits follow each other.
const FIRST: usize = 10;

/// The pictures, line by line: -128 is paper, 127 is ink. A constant, so that each program chooses where it lies.
pub const PICTURES: [[i8; PIXELS]; COUNT] = TEST_DIGITS.0;
/// The digits that the pictures show.
pub const LABELS: [u8; COUNT] = TEST_DIGITS.1;

const TEST_DIGITS: ([[i8; PIXELS]; COUNT], [u8; COUNT]) =
    read(include_bytes!("../../digits/test_digits.txt"));

/// A character about as dark as a pixel. Two of them side by side are about square.
pub const fn ink(pixel: i8) -> char {
    match pixel {
        -128 => ' ',
        -127..=-64 => '.',
        -63..=0 => ':',
        1..=64 => 'o',
        _ => '@',
    }
}

/// Reads pictures and labels: `# ` and a digit, then the shades, from `.` and `1` to `9` to `a` to `g`.
const fn read(text: &[u8]) -> ([[i8; PIXELS]; COUNT], [u8; COUNT]) {
    let mut pictures = [[0; PIXELS]; COUNT];
    let mut labels = [0; COUNT];
    let (mut at, mut pixel) = (0, 0);
    while pixel < (FIRST + COUNT) * PIXELS {
        let (number, place) = (pixel / PIXELS, pixel % PIXELS);
        match text[at] {
            b'\n' | b'\r' => {}
            b'#' => {
                at += 2;
                if number >= FIRST {
                    labels[number - FIRST] = text[at] - b'0';
                }
            }
            shade => {
                if number >= FIRST {
                    pictures[number - FIRST][place] = quantize(shade);
                }
                pixel += 1;
            }
        }
        at += 1;
    }
    (pictures, labels)
}

/// What the network reads for a shade: 16 steps apart from -128 on, at most 127.
const fn quantize(shade: u8) -> i8 {
    let shade = match shade {
        b'.' => 0,
        b'1'..=b'9' => shade - b'0',
        b'a'..=b'g' => shade - b'a' + 10,
        _ => panic!("this is not the shade of a pixel"),
    };
    let step = 16 * shade as i16 - 128;
    if step > i8::MAX as i16 { i8::MAX } else { step as i8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_are_those_of_the_file() {
        // ...1d7..
        let row = [-128, -128, -128, -112, 80, -16, -128, -128];
        assert_eq!(PICTURES[0][..SIDE], row);
        assert_eq!(LABELS, [4, 5, 6, 7]);
    }

    #[test]
    fn only_paper_is_blank() {
        assert_eq!(
            [-128, -112, -64, -63, 0, 16, 64, 65, 127].map(ink),
            [' ', '.', '.', ':', ':', 'o', 'o', '@', '@']
        );
    }
}
