//! What the loop over units side by side needs to know of windows.

use core::hint::black_box;

/// Elements of the padding that lie side by side.
pub(super) const PADDING: usize = 8;

/// Most elements of a row that are done in one go, an even number.
pub(super) const PIECE: usize = 254;

/// In [`Frame::left`] if it is blocks.
pub(super) const BLOCKS: u8 = 1;

/// In [`Frame::rows`].
pub(super) const SPECIAL: u8 = 0x80;

/// What windows need to know. The first fields are read one after the other, and what is left, the image and the windows
/// are moved on.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Frame {
    /// Twice the blocks of units that are left, and [`BLOCKS`], or twice the units.
    pub(super) left: u8,
    /// From behind a row to the next.
    pub(super) skip: usize,
    /// And [`SPECIAL`] if there is padding, or if rows are in pieces.
    pub(super) rows: u8,
    /// Elements of a row, two more if they are odd: half of it is as often as the loop runs. Of a row in pieces the last.
    pub(super) len: u8,
    pub(super) image: *const i8,
    /// What is left at the start of a window, and behind blocks.
    pub(super) first: u8,
    pub(super) rest: u8,
    pub(super) stream: *const i8,
    pub(super) step: usize,
    pub(super) windows: usize,
    /// Pieces of a row before the last one.
    pub(super) pieces: u8,
    pub(super) before: usize,
    pub(super) between: usize,
    pub(super) after: usize,
    pub(super) padding: [u16; PADDING / 2],
}

impl Frame {
    pub(super) const NOTHING: Self = Self {
        left: 0,
        skip: 0,
        rows: 0,
        len: 0,
        image: core::ptr::null(),
        first: 0,
        rest: 0,
        stream: core::ptr::null(),
        step: 0,
        windows: 0,
        pieces: 0,
        before: 0,
        between: 0,
        after: 0,
        padding: [0; PADDING / 2],
    };

    /// Rows of so many elements.
    #[inline(always)]
    pub(super) fn see_rows(&mut self, len: usize) {
        let mut last = len;
        self.pieces = 0;
        while last > PIECE {
            // LLVM would divide instead, by a routine for products of 32 bits.
            last = black_box(last.wrapping_sub(PIECE));
            self.pieces = self.pieces.wrapping_add(1);
            self.rows |= SPECIAL;
        }
        let odd = last & 1;
        self.len = last.wrapping_add(odd).wrapping_add(odd) as u8;
    }
}

/// An element twice. Of the element itself LLVM makes eight by a product of 64 bits, for which there is a routine of 300
/// bytes.
#[inline(always)]
pub(super) fn pair(element: i8) -> u16 {
    u16::from_ne_bytes([element.cast_unsigned(); 2])
}
