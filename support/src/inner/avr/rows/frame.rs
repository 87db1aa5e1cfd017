//! What loops over rows need to know, and what they are so asked for: that it is there is checked here.

use super::super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::portable::{RowMemory, RowTaps, STREAM_BIAS, STREAM_SCALE};
use crate::inner::product;

/// What a row needs to know. The loop moves the pointers on, and writes the constants of a unit.
#[repr(C)]
pub(super) struct Frame {
    /// How often the sums, and the bias of a row, went over.
    pub(super) carries: [u8; 4],
    /// The middle byte of the multiplier.
    pub(super) middle: u8,
    pub(super) half: u8,
    pub(super) factor: u8,
    pub(super) limit: u8,
    pub(super) zero_point: u8,
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
    /// From behind a row of windows two columns apart to the next.
    pub(super) next: usize,
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
}

/// Rows of outputs that are done together: all, or one of them.
#[repr(C)]
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
    /// The last row of the last windows is, and there are other rows of windows in the group.
    const LAST: u8 = 1 << 1;
    /// The first column is, and the last one.
    const LEFT: u8 = 1 << 2;
    const RIGHT: u8 = 1 << 3;
    /// The first windows see two rows, whichever is padding.
    const TWO: u8 = 1 << 4;

    /// The first one.
    #[inline(always)]
    fn new(stream: Flash<'_, i8>, taps: &RowTaps, places: &Places, [line, len]: [usize; 2]) -> Self {
        let &RowTaps { rows, step, first, last, .. } = taps;
        let flag = |is_set, flags| if is_set { flags } else { 0 };
        let columns = flag(taps.left, Self::LEFT) | flag(taps.right(), Self::RIGHT);
        let top = columns | flag(first, Self::FIRST | Self::TWO);
        let mut group = Self {
            stream: stream.start(),
            image: if first { places.image.wrapping_sub(line) } else { places.image },
            output: places.output,
            next: [product(step.into(), line), len],
            left: 1,
            rows,
            left_rows: 0,
            outside: top | flag(last, Self::LAST),
            others: columns,
            end: 0,
        };
        if places.one_by_one {
            (group.left, group.rows) = (rows, 1);
            let bottom = columns | flag(last, Self::TWO);
            [group.outside, group.end] = if places.backward { [bottom, top] } else { [top, bottom] };
            if rows == 1 {
                group.outside = top | bottom;
            }
            if places.backward {
                group.turn(rows);
            }
        }
        group
    }

    /// From the last of so many groups back.
    #[inline(always)]
    fn turn(&mut self, groups: u8) {
        let [image, output] = self.next.map(|next| product(groups.wrapping_sub(1).into(), next));
        self.image = self.image.wrapping_add(image);
        self.output = self.output.wrapping_add(output);
        self.next = self.next.map(usize::wrapping_neg);
    }
}

/// Where rows are read and written.
struct Places {
    image: *const i8,
    output: *mut i8,
    /// Elements of the image and of the output that are there.
    lens: [usize; 2],
    /// Whether rows are done one by one, and whether the last one is the first.
    one_by_one: bool,
    backward: bool,
}

impl Places {
    #[inline(always)]
    fn new(taps: &RowTaps, memory: RowMemory<'_>) -> Self {
        match memory {
            RowMemory::Apart { image, output } => Self {
                image: image.as_ptr(),
                lens: [image.len(), output.len()],
                output: output.as_mut_ptr(),
                // The loops go from row to row as from column to column.
                one_by_one: taps.step != taps.stride || taps.rows == 1,
                backward: false,
            },
            RowMemory::Shared { memory, image, output, backward } => {
                let lens = [image, output].map(|at| memory.len().saturating_sub(at));
                let start = memory.as_mut_ptr();
                let image = start.wrapping_add(image).cast_const();
                Self { image, output: start.wrapping_add(output), lens, one_by_one: true, backward }
            }
        }
    }
}

impl Frame {
    /// Of all units, if the stream has them, the image all rows that are seen, and `output` room for its own, and otherwise
    /// of no rows.
    ///
    /// Not inlined: functions with much on the stack are wrong, see [`product`].
    #[inline(never)]
    pub(super) fn new(
        stream: Flash<'_, i8>,
        taps: &RowTaps,
        memory: RowMemory<'_>,
        to: StreamOutput,
    ) -> Self {
        const UNIT: usize = 9 + STREAM_BIAS + STREAM_SCALE;
        let &RowTaps { columns, outputs, channels, multiplier, .. } = taps;
        let places = Places::new(taps, memory);
        let (units, line) = (taps.units(), product(columns.into(), channels.into()));
        let is_whole = taps.fits() && taps.holds(places.lens) && product(UNIT, units) <= stream.len();
        let (twice, len) = (line.wrapping_add(line), product(outputs.into(), units));
        let mut group = Group::new(stream, taps, &places, [line, len]);
        let last_columns = outputs.wrapping_sub(taps.right().into());
        let read = read(taps, last_columns, line);
        let to_channel = [
            1usize.wrapping_sub(way(taps, group.rows, read, line)),
            usize::from(multiplier).wrapping_sub(product(group.rows.into(), len)),
        ];
        if !is_whole {
            group.left = 0;
        }
        Self {
            carries: [0; 4],
            middle: 0,
            half: to.half as u8,
            factor: to.factor,
            limit: limit(to.factor),
            zero_point: to.zero_point,
            units: units as u8,
            columns: last_columns,
            padding: taps.padding,
            bias: [0; 3],
            bias_of_row: [0; 2],
            line,
            back: [usize::from(channels).wrapping_sub(twice), usize::from(channels).wrapping_sub(line)],
            next: twice.wrapping_sub(read),
            stream: stream.start(),
            to_channel,
            channels,
            left_channels: 0,
            multiplier,
            left_units: 0,
            group,
        }
    }

    /// Does all units.
    ///
    /// SAFETY: `each` is one of the two loops, which ask for no more than that all that the frame points to is there.
    #[inline(always)]
    pub(super) fn run(mut self, each: unsafe fn(*mut Self)) {
        if self.group.left != 0 {
            // SAFETY: all of it is there.
            #[allow(unsafe_code)]
            unsafe {
                each(&mut self);
            }
        }
    }
}

/// How far the loops go in the image for a row.
#[inline(always)]
fn read(taps: &RowTaps, last_columns: u8, line: usize) -> usize {
    if taps.stride == 1 {
        return line;
    }
    let columns = last_columns.wrapping_add(last_columns).wrapping_add(1);
    let columns = columns.wrapping_sub(taps.left.into()).wrapping_add(taps.right().into());
    product(columns.into(), taps.channels.into())
}

/// And for so many rows of a unit.
#[inline(always)]
fn way(taps: &RowTaps, rows: u8, read: usize, line: usize) -> usize {
    if rows == 1 {
        return read;
    }
    let next = if taps.stride == 1 { line } else { line.wrapping_add(line) };
    let way = read.wrapping_add(product(rows.wrapping_sub(1).into(), next));
    way.wrapping_sub(if taps.first { line } else { 0 })
}

/// 256 less five times the factor, as where `outputs` is, but without a product, which would be one of LLVM's.
#[inline(always)]
fn limit(factor: u8) -> u8 {
    if factor < 64 { (factor << 2).wrapping_add(factor).wrapping_neg() } else { 0 }
}
