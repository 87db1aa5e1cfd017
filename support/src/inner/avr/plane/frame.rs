//! What the loop over windows on one channel needs to know.

use crate::inner::avr::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::known_product;
use crate::inner::portable::{RowMemory, RowOrder, RowTaps, STREAM_BIAS, STREAM_SCALE};

/// Bytes of a unit in the stream.
pub(super) const UNIT: usize = 9 + STREAM_BIAS + STREAM_SCALE;

/// In [`Frame::outside`]: the first row of windows is padding, the last row, the first column, the last column.
const FIRST: u8 = 1;
const LAST: u8 = 1 << 1;
const LEFT: u8 = 1 << 2;
const RIGHT: u8 = 1 << 3;
/// Rows are copied.
const COPY: u8 = 1 << 4;

/// What the loop needs to know. It writes the first fields, and moves the pointers on.
#[repr(C)]
pub(super) struct Frame {
    /// The upper byte of a bias.
    pub(super) bias: u8,
    /// The next unit, and where windows begin.
    pub(super) stream: *const i8,
    pub(super) seen: *const i8,
    pub(super) left_units: u8,
    pub(super) half: u8,
    pub(super) limit: u8,
    pub(super) zero_point: u8,
    pub(super) factor: u8,
    pub(super) units: u8,
    pub(super) outputs: u8,
    pub(super) columns: u8,
    pub(super) padding: i8,
    /// From one row of a window to the next, less two; and from the end of a window back to the next one.
    pub(super) line: u8,
    pub(super) back: u8,
    /// From behind a row of outputs of a unit back to that of the next unit.
    pub(super) to_unit: usize,
    pub(super) start: *const i8,
    /// The first row of windows, be it padding.
    pub(super) image: *const i8,
    pub(super) output: *mut i8,
    /// From one row of outputs to the next, in the image and in the output.
    pub(super) next: [usize; 2],
    pub(super) rows: u8,
    /// What is padding, of the row that is done, of others, and of the last one.
    pub(super) outside: u8,
    pub(super) others: u8,
    pub(super) end: u8,
    /// Of the copy, and where it is.
    pub(super) size: usize,
    pub(super) copy: *const i8,
}

/// Where rows are read and written.
pub(super) struct Places {
    image: *const i8,
    output: *mut i8,
    /// Elements of the image and of the output that are there.
    pub(super) lens: [usize; 2],
    /// Whether the last row is the first that is done.
    backward: bool,
}

impl Places {
    #[inline(always)]
    pub(super) fn new(memory: RowMemory<'_>, RowOrder { backward, .. }: RowOrder) -> Self {
        match memory {
            RowMemory::Apart { image, output } => Self {
                image: image.as_ptr(),
                lens: [image.len(), output.len()],
                output: output.as_mut_ptr(),
                backward,
            },
            RowMemory::Shared { memory, image, output } => {
                let lens = [image, output].map(|at| memory.len().saturating_sub(at));
                let start = memory.as_mut_ptr();
                let image = start.wrapping_add(image).cast_const();
                Self { image, output: start.wrapping_add(output), lens, backward }
            }
        }
    }
}

impl Frame {
    #[inline(always)] // as above
    pub(super) fn new(stream: Flash<'_, i8>, taps: &RowTaps, places: &Places, to: StreamOutput) -> Self {
        let &RowTaps { columns, outputs, stride, left, multiplier: units, rows, step, first, last, .. } =
            taps;
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let (is_padded, right) = (taps.is_padded(), taps.plane_right());
        let others = flag(is_padded, COPY) | flag(left, LEFT) | flag(right, RIGHT);
        let (top, bottom) = (others | flag(first, FIRST), others | flag(last, LAST));
        let width = columns.wrapping_add(left.into()).wrapping_add(right.into());
        // In pieces of four.
        let size = if is_padded { known_product(3, width.into()).wrapping_add(3) & !3 } else { 0 };
        let (line, len) = (usize::from(columns), known_product(outputs.into(), units.into()));
        let mut frame = Self {
            bias: 0,
            stream: stream.start(),
            seen: places.image,
            left_units: 0,
            half: to.half as u8,
            limit: limit(to.factor),
            zero_point: to.zero_point,
            factor: to.factor,
            units,
            outputs,
            columns,
            padding: taps.padding,
            line: width.wrapping_sub(2),
            back: width.wrapping_add(width).wrapping_add(2).wrapping_sub(stride),
            to_unit: len.wrapping_sub(1),
            start: stream.start(),
            image: if first { places.image.wrapping_sub(line) } else { places.image },
            output: places.output,
            next: [known_product(step.into(), line), len],
            rows,
            outside: if rows == 1 { top | bottom } else { top },
            others,
            end: bottom,
            size,
            copy: places.image,
        };
        if places.backward {
            let last = rows.wrapping_sub(1).into();
            frame.image = frame.image.wrapping_add(known_product(last, frame.next[0]));
            frame.output = frame.output.wrapping_add(known_product(last, frame.next[1]));
            frame.next = frame.next.map(usize::wrapping_neg);
            frame.end = top;
            if rows != 1 {
                frame.outside = bottom;
            }
        }
        frame
    }
}

/// 256 less five times the factor, as where outputs of [`super::units`] are.
#[inline(always)]
fn limit(factor: u8) -> u8 {
    if factor < 64 { (factor << 2).wrapping_add(factor).wrapping_neg() } else { 0 }
}
