//! Pictures for the firmware examples: some test pictures of the digits network, in the form in which it reads them.
//! They come from a text that the build script reads.
#![no_std]

/// Pixels on each side of a picture.
pub const SIDE: usize = 8;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
include!(concat!(env!("OUT_DIR"), "/constants.rs"));

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
