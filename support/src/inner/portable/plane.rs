//! Windows of 3x3 on an image of one channel, whose units are one by one in a stream as in [`super::units`].

use super::rows::{RowMemory, RowTaps, rows_of_3x3};
use super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::product;

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
        let last = product(self.outputs.wrapping_sub(1).into(), self.stride.into());
        last.wrapping_add(3).wrapping_sub(self.left.into())
    }
}

/// The outputs of windows, if they fit a plane. `to` drops 32 bits at most.
#[inline(always)]
pub fn plane_of_3x3(stream: Flash<'_, i8>, taps: &RowTaps, memory: RowMemory<'_>, to: StreamOutput) {
    rows_of_3x3(stream, taps, memory, to);
}
