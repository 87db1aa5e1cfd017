//! Windows of 3x3 on an image of one channel, whose units are one by one in a stream as in [`super::units`].

use super::rows::{RowLoop, RowMemory, RowOrder, RowTaps};
use super::units::StreamOutput;
use crate::inner::flash::Flash;

/// Most columns of an image whose border is padding: loops copy three rows of it.
const MAX_PADDED: u8 = 60;

impl RowTaps {
    /// Whether windows lie on an image of one channel as the loops take them. These may be any number of columns apart.
    #[allow(dead_code)] // by assembly and by what makes streams
    #[inline(always)]
    pub fn fits_plane(&self) -> bool {
        let &Self { columns, outputs, stride, channels, multiplier, rows, first, last, .. } = self;
        let none = columns == 0 || outputs == 0 || multiplier == 0 || rows == 0 || stride == 0;
        let few = columns < 1 << 7 && outputs < 1 << 7 && stride <= columns;
        let inside = self.plane_end() <= usize::from(columns).wrapping_add(1);
        let short = columns <= MAX_PADDED || !self.is_padded();
        !none && channels == 1 && few && inside && short && !(first && last && rows == 1)
    }

    /// Whether any window sees padding.
    #[allow(dead_code)] // by assembly and by what makes streams
    #[inline(always)]
    pub fn is_padded(&self) -> bool {
        self.left || self.first || self.last || self.plane_right()
    }

    /// Whether the last column of the last windows is padding.
    #[allow(dead_code)] // by assembly and by what makes streams
    #[inline(always)]
    pub fn plane_right(&self) -> bool {
        self.plane_end() > usize::from(self.columns)
    }

    /// The column behind the last window.
    #[inline(always)]
    fn plane_end(&self) -> usize {
        let last = known_product(self.outputs.wrapping_sub(1).into(), self.stride.into());
        last.wrapping_add(3).wrapping_sub(self.left.into())
    }

    /// Whether there are so many elements of the image, and so many of the output. For what fits.
    #[allow(dead_code)] // by assembly
    #[inline(always)]
    pub fn plane_holds(&self, [inputs, outputs]: [usize; 2]) -> bool {
        let &Self { columns, outputs: len, multiplier, rows, step, first, last, .. } = self;
        let [columns, len, units, rows, step] = [columns, len, multiplier, rows, step].map(u32::from);
        let end = rows.wrapping_sub(1).wrapping_mul(step).wrapping_add(3);
        let seen = end.wrapping_sub(first.into()).wrapping_sub(last.into());
        let has = |all: usize, len: u32| len <= all as u32;
        has(inputs, seen.wrapping_mul(columns)) && has(outputs, len.wrapping_mul(units).wrapping_mul(rows))
    }
}

/// A product of what is known while a program is compiled, so that LLVM works it out, as it does not with
/// [`product`](crate::inner::product) on every backend.
#[inline(always)]
pub fn known_product(a: usize, b: usize) -> usize {
    a.wrapping_mul(b)
}

/// The outputs of windows, if they fit a plane. `to` drops 32 bits at most.
#[inline(always)]
pub fn plane_of_3x3(
    stream: Flash<'_, i8>,
    taps: &RowTaps,
    order: RowOrder,
    memory: RowMemory<'_>,
    to: StreamOutput,
) {
    RowLoop::new(*taps, order, to).all_rows(stream, memory, |_, x| x.into());
}

/// Taps of a window of bytes without a sign from this one on have 128 taken away.
#[allow(dead_code)] // by what makes streams
pub const FIRST_TURNED: usize = 7;

/// The same for an image whose bytes count without a sign, as its padding does, but for [`FIRST_TURNED`] and the taps behind
/// it: there loops may have no such product. The zero point of the output is the least that eight bits have.
#[inline(always)]
pub fn plane_of_3x3_of_bytes(
    stream: Flash<'_, i8>,
    taps: &RowTaps,
    order: RowOrder,
    memory: RowMemory<'_>,
    to: StreamOutput,
) {
    let element = |tap: usize, x: i8| {
        let x = i16::from(x.cast_unsigned());
        if tap < FIRST_TURNED { x } else { x.wrapping_sub(128) }
    };
    RowLoop::new(*taps, order, to).all_rows(stream, memory, element);
}
