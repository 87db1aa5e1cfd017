//! What loops over rows need to know, and what they are so asked for: that it is there is checked here.

use super::super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::portable::{RowMemory, RowOrder, RowTaps, STREAM_BIAS, STREAM_SCALE};

/// As [`crate::inner::portable::RowLoop`]. The loop moves the pointers on, and writes the constants of a unit.
#[repr(C)]
#[derive(Debug)]
pub struct RowLoop {
    /// How often the sums, and the bias of a row, went over.
    pub(super) carries: [u8; 4],
    /// The middle byte of the multiplier.
    pub(super) middle: u8,
    pub(super) half: u8,
    pub(super) factor: u8,
    pub(super) limit: u8,
    pub(super) zero_point: u8,
    /// From one output to the next.
    pub(super) units: u8,
    /// Columns that are the last of a window.
    pub(super) columns: u8,
    pub(super) padding: i8,
    pub(super) bias: [u8; 3],
    /// The bias of a row whose windows see two rows.
    pub(super) bias_of_row: [u8; 2],
    pub(super) line: usize,
    /// From the last of three rows, or of two, to the next column of the first.
    pub(super) back: [usize; 2],
    /// From behind a row of windows to the next one, in the image and in the output: see [`Group::NEXT`].
    pub(super) next: [usize; 2],
    pub(super) stream: *const i8,
    /// From behind the rows of a unit to those of the next channel, in the image and in the output.
    pub(super) to_channel: [usize; 2],
    pub(super) channels: u8,
    /// Channels that are left.
    pub(super) left_channels: u8,
    /// Units of a channel.
    pub(super) multiplier: u8,
    /// Those that are left.
    pub(super) left_units: u8,
    /// Of rows of outputs that are done together.
    pub(super) group: Group,
    /// What the loop changes of that.
    groups: u8,
    outside: u8,
    /// From the first row that is there to the first row of windows that are done, and the same for outputs.
    first: [usize; 2],
    /// Elements of the image, of the output and of the stream that have to be there.
    lens: [usize; 3],
    stride: u8,
}

/// Rows of outputs that are done together: all, or one of them.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Group {
    /// All units.
    pub(super) stream: *const i8,
    /// The first row of windows, be it padding.
    pub(super) image: *const i8,
    pub(super) output: *mut i8,
    /// From one group to the next, in the image and in the output.
    pub(super) next: [usize; 2],
    /// Groups that are left.
    pub(super) left: u8,
    pub(super) rows: u8,
    /// Rows of a unit that are left.
    pub(super) left_rows: u8,
    /// What the loops need to know of padding: [`Self::FIRST`] and so on.
    pub(super) outside: u8,
    /// The same for groups after the first one, and for the last one.
    pub(super) others: u8,
    pub(super) end: u8,
}

impl Group {
    /// The first row of the first windows is padding.
    const FIRST: u8 = 1;
    /// The windows that are done last see two rows, and there are other rows of windows in the group.
    const LAST: u8 = 1 << 1;
    /// The first column is, and the last one.
    const LEFT: u8 = 1 << 2;
    const RIGHT: u8 = 1 << 3;
    /// The first windows see two rows, whichever is padding.
    const TWO: u8 = 1 << 4;
    /// The last row of the group comes first.
    const BACKWARD: u8 = 1 << 5;
    /// The next row is not where the loop is behind a row, in the image of windows one column apart or in the output.
    const NEXT: u8 = 1 << 6;
}

impl RowLoop {
    /// As [`crate::inner::portable::RowLoop::new`]. What is known of a layer is worked out while its program is compiled, so
    /// products are Rust's here.
    #[inline(always)]
    pub fn new(taps: RowTaps, order: RowOrder, to: StreamOutput) -> Self {
        const UNIT: usize = 9 + STREAM_BIAS + STREAM_SCALE;
        let RowTaps { channels, multiplier, rows, .. } = taps;
        let (line, len, units) = (taps.line(), taps.output_line(), taps.units());
        let row_of_outputs = usize::from(taps.outputs).wrapping_mul(taps.output_step());
        let step = usize::from(taps.step).wrapping_mul(line);
        let last_columns = taps.outputs.wrapping_sub(taps.right().into());
        let read = read(&taps, last_columns);
        let next = if order.backward {
            [
                0usize.wrapping_sub(step).wrapping_sub(read),
                0usize.wrapping_sub(len).wrapping_sub(row_of_outputs),
            ]
        } else {
            [step.wrapping_sub(read), len.wrapping_sub(row_of_outputs)]
        };
        let is_moved = next[1] != 0 || (taps.stride == 1 && next[0] != 0);
        let [outside, others, end] = outside(&taps, order, is_moved);
        let in_group = if order.row_by_row { 1 } else { rows };
        let image_way = way([read, next[0]], in_group).wrapping_sub(line_less(outside, in_group, line));
        let to_channel = [
            1usize.wrapping_sub(image_way),
            usize::from(multiplier).wrapping_sub(way([row_of_outputs, next[1]], in_group)),
        ];
        let (mut by_group, mut first) = ([step, len], [0; 2]);
        if order.backward {
            let before_last = usize::from(rows).wrapping_sub(1);
            first = by_group.map(|by| before_last.wrapping_mul(by));
            by_group = by_group.map(usize::wrapping_neg);
        }
        if taps.first {
            first = [first[0].wrapping_sub(line), first[1]];
        }
        // No slice is as long where they do not fit.
        let lens = taps.lens().unwrap_or([usize::MAX; 2]);
        let (twice, column) = (line.wrapping_add(line), taps.input_step());
        Self {
            carries: [0; 4],
            middle: 0,
            half: to.half as u8,
            factor: to.factor,
            limit: limit(to.factor),
            zero_point: to.zero_point,
            units: taps.output_step() as u8,
            columns: last_columns,
            padding: taps.padding,
            bias: [0; 3],
            bias_of_row: [0; 2],
            line,
            back: [column.wrapping_sub(twice), column.wrapping_sub(line)],
            next,
            stream: core::ptr::null(),
            to_channel,
            channels,
            left_channels: 0,
            multiplier,
            left_units: 0,
            group: Group {
                stream: core::ptr::null(),
                image: core::ptr::null(),
                output: core::ptr::null_mut(),
                next: by_group,
                left: 0,
                rows: in_group,
                left_rows: 0,
                outside: 0,
                others,
                end,
            },
            groups: if order.row_by_row { rows } else { 1 },
            outside,
            first,
            lens: [lens[0], lens[1], UNIT.wrapping_mul(units)],
            stride: taps.stride,
        }
    }

    /// Whether the loop for this stride is the one, and the stream has all units, the image all rows that are seen, and the
    /// output room for its own: then they are where it reads and writes.
    #[inline(always)]
    pub(super) fn begins(&mut self, stride: u8, stream: Flash<'_, i8>, memory: RowMemory<'_>) -> bool {
        let (image, output, lens) = match memory {
            RowMemory::Apart { image, output } => {
                (image.as_ptr(), output.as_mut_ptr(), [image.len(), output.len()])
            }
            RowMemory::Shared { memory, image, output } => {
                let lens = [image, output].map(|at| memory.len().saturating_sub(at));
                let start = memory.as_mut_ptr();
                (start.wrapping_add(image).cast_const(), start.wrapping_add(output), lens)
            }
        };
        let [first_image, first_output] = self.first;
        let group = &mut self.group;
        (group.stream, group.left, group.outside) = (stream.start(), self.groups, self.outside);
        group.image = image.wrapping_add(first_image);
        group.output = output.wrapping_add(first_output);
        self.stride == stride
            && self.lens[0] <= lens[0]
            && self.lens[1] <= lens[1]
            && self.lens[2] <= stream.len()
    }
}

/// What the loops need to know of the padding of the first group, of those after it, and of the last one.
#[inline(always)]
fn outside(taps: &RowTaps, order: RowOrder, is_moved: bool) -> [u8; 3] {
    let &RowTaps { rows, first, last, .. } = taps;
    let flag = |is_set, flags| if is_set { flags } else { 0 };
    let columns = flag(taps.left, Group::LEFT) | flag(taps.right(), Group::RIGHT);
    let top = columns | flag(first, Group::FIRST | Group::TWO);
    let bottom = columns | flag(last, Group::TWO);
    let moved = flag(is_moved, Group::NEXT);
    let all = match order {
        _ if rows == 1 => top | bottom,
        RowOrder { row_by_row: true, backward: false } => top,
        RowOrder { row_by_row: true, backward: true } => bottom,
        RowOrder { backward: false, .. } => top | flag(last, Group::LAST) | moved,
        RowOrder { backward: true, .. } => bottom | flag(first, Group::LAST) | Group::BACKWARD | moved,
    };
    [all, columns, if order.backward { top } else { bottom }]
}

/// How far the loops go in the image for a row.
#[inline(always)]
fn read(taps: &RowTaps, last_columns: u8) -> usize {
    if taps.stride == 1 {
        return usize::from(taps.columns).wrapping_mul(taps.input_step());
    }
    let columns = last_columns.wrapping_add(last_columns).wrapping_add(1);
    let columns = columns.wrapping_sub(taps.left.into()).wrapping_add(taps.right().into());
    usize::from(columns).wrapping_mul(taps.channels.into())
}

/// And for so many rows of a unit, or for their outputs, each of them and from behind it to the next.
#[inline(always)]
fn way([row, next]: [usize; 2], rows: u8) -> usize {
    row.wrapping_add(usize::from(rows).wrapping_sub(1).wrapping_mul(row.wrapping_add(next)))
}

/// How much shorter that is in the image for a first row that is padding: the loop is one row too far behind it, or too near
/// before it.
#[inline(always)]
fn line_less(outside: u8, rows: u8, line: usize) -> usize {
    const FIRST_COMES_LAST: u8 = Group::BACKWARD | Group::LAST;
    match outside {
        _ if rows == 1 => 0,
        outside if outside & Group::FIRST != 0 => line,
        outside if outside & FIRST_COMES_LAST == FIRST_COMES_LAST => line.wrapping_neg(),
        _ => 0,
    }
}

/// 256 less five times the factor, as where `outputs` is.
#[inline(always)]
fn limit(factor: u8) -> u8 {
    if factor < 64 { factor.wrapping_mul(5).wrapping_neg() } else { 0 }
}
