//! Rows of windows of 3x3 on each channel for itself, whose constants are a stream as in [`super::units`], units one by one.

use super::units::{STREAM_BIAS, STREAM_SCALE, StreamOutput, unit};
use crate::inner::flash::Flash;
use crate::inner::product;
use core::ops::Range;

/// What rows of outputs see that have a channel each: windows of 3x3.
#[derive(Clone, Copy, Debug)]
pub struct RowTaps {
    /// Columns of the image, 127 at most.
    pub columns: u8,
    /// Outputs of a row and a unit, 127 at most.
    pub outputs: u8,
    /// From one window of a row to the next: 1 or 2. If it is 1, there is a column of padding on either side, and as many
    /// outputs as columns.
    pub stride: u8,
    /// Whether the first column of the first windows is padding. The last of the last may be too.
    pub left: bool,
    /// Channels of the image.
    pub channels: u8,
    /// Units that have the same channel, one after the other in the output. In the stream come the first ones of all
    /// channels before the second ones.
    pub multiplier: u8,
    /// Rows of outputs.
    pub rows: u8,
    /// From one row of windows to the next.
    pub step: u8,
    /// Whether the first row of the first windows is padding.
    pub first: bool,
    /// Whether the last row of the last windows is; one row at most is for each window.
    pub last: bool,
    /// What the padding holds.
    pub padding: i8,
    /// From one row or column, of the image and of the output, to the next that is meant: those that dilated windows see
    /// are an image by themselves. If it is not 1, the multiplier and the stride are.
    pub spacing: u8,
}

/// In which order rows are done.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowOrder {
    /// Whether the last row comes first.
    pub backward: bool,
    /// Whether all units of a row come before the next row, and not all rows of a unit before the next unit.
    pub row_by_row: bool,
}

/// Where rows of windows read and write.
#[derive(Debug)]
pub enum RowMemory<'a> {
    /// Each in memory of its own.
    Apart {
        /// The image from the first row that is not padding.
        image: &'a [i8],
        /// All rows of outputs.
        output: &'a mut [i8],
    },
    /// Both in one piece of memory. No output lies where it or those that are done later read.
    Shared {
        /// What holds both.
        memory: &'a mut [i8],
        /// Where the image begins in it.
        image: usize,
        /// Where the output begins in it.
        output: usize,
    },
}

/// Rows of windows of a layer, and what becomes of their sums.
#[derive(Debug)]
pub struct RowLoop {
    taps: RowTaps,
    order: RowOrder,
    to: StreamOutput,
}

impl RowLoop {
    /// `to` drops 32 bits at most.
    #[inline(always)]
    pub fn new(taps: RowTaps, order: RowOrder, to: StreamOutput) -> Self {
        Self { taps, order, to }
    }
}

impl RowTaps {
    /// Elements of the image and of the output that are read and written, if windows lie as the loops take them, and neither
    /// these nor a row are too many.
    #[inline(always)]
    pub fn lens(&self) -> Option<[usize; 2]> {
        let &Self { columns, outputs, stride, left, channels, multiplier, rows, first, last, .. } = self;
        let none = columns == 0 || outputs == 0 || channels == 0 || multiplier == 0 || rows == 0;
        let row = match stride {
            1 => left && outputs == columns,
            2 => self.end() <= columns.wrapping_add(1),
            _ => false,
        };
        let few = (columns | outputs) < 1 << 7 && self.units() < 1 << 8 && self.output_step() < 1 << 8;
        let spaced = self.spacing == 1 || self.spacing > 1 && stride == 1 && multiplier == 1;
        if none || !row || !few || !spaced || first && last && rows == 1 {
            return None;
        }
        // Up to the last element that is meant.
        let len = |rows: usize, row: usize, columns: u8, column: usize, depth: usize| {
            let columns = usize::from(columns).wrapping_sub(1) as u32 * column as u32;
            u16::try_from(rows.wrapping_sub(1) as u32 * row as u32 + columns + depth as u32).ok()
        };
        let input = len(self.seen(), self.line(), columns, self.input_step(), channels.into())?;
        let output = len(rows.into(), self.output_line(), outputs, self.output_step(), self.units())?;
        Some([input, output].map(usize::from))
    }

    /// Elements from one column of the image to the next.
    #[inline(always)]
    pub fn input_step(&self) -> usize {
        usize::from(self.channels).wrapping_mul(self.spacing.into())
    }

    /// And of the output.
    #[inline(always)]
    pub fn output_step(&self) -> usize {
        self.units().wrapping_mul(self.spacing.into())
    }

    /// Elements from one row of the image to the next.
    #[inline(always)]
    pub fn line(&self) -> usize {
        usize::from(self.columns).wrapping_mul(self.input_step()).wrapping_mul(self.spacing.into())
    }

    /// And of the output.
    #[inline(always)]
    pub fn output_line(&self) -> usize {
        usize::from(self.outputs).wrapping_mul(self.output_step()).wrapping_mul(self.spacing.into())
    }

    /// Units of a pixel.
    #[inline(always)]
    pub fn units(&self) -> usize {
        usize::from(self.channels).wrapping_mul(self.multiplier.into())
    }

    /// The column behind the last window, if that fits.
    #[inline(always)]
    fn end(&self) -> u8 {
        let &Self { outputs, stride, left, .. } = self;
        let last = outputs.wrapping_sub(1);
        let last = if stride == 1 { last } else { last.wrapping_add(last) };
        last.wrapping_add(3).wrapping_sub(left.into())
    }

    /// Whether the last column of the last windows is padding.
    #[allow(dead_code)] // by assembly
    #[inline(always)]
    pub fn right(&self) -> bool {
        self.end() > self.columns
    }

    /// Rows of the image that are seen.
    #[inline(always)]
    pub fn seen(&self) -> usize {
        let &Self { rows, step, first, last, .. } = self;
        let end = usize::from(rows).wrapping_sub(1).wrapping_mul(step.into()).wrapping_add(3);
        end.wrapping_sub(first.into()).wrapping_sub(last.into())
    }

    /// What an output of a channel sees, tap by tap.
    fn elements(
        &self,
        memory: &RowMemory<'_>,
        [row, column]: [usize; 2],
        channel: usize,
    ) -> impl Iterator<Item = i8> {
        let &Self { left, first, padding, .. } = self;
        let [columns, stride, step] = [self.columns, self.stride, self.step].map(usize::from);
        let (rows, line, input_step) = (self.seen(), self.line(), self.input_step());
        (0..9usize).map(move |tap| {
            let y = product(row, step).wrapping_add(tap / 3).wrapping_sub(first.into());
            let x = product(column, stride).wrapping_add(tap % 3).wrapping_sub(left.into());
            if x >= columns || y >= rows {
                return padding;
            }
            memory.input(product(y, line).wrapping_add(product(x, input_step)).wrapping_add(channel))
        })
    }
}

impl RowMemory<'_> {
    fn input(&self, at: usize) -> i8 {
        let element = match self {
            Self::Apart { image, .. } => image.get(at),
            Self::Shared { memory, image, .. } => memory.get(image.wrapping_add(at)),
        };
        element.copied().unwrap_or(0)
    }

    fn set_output(&mut self, at: usize, y: i8) {
        let place = match self {
            Self::Apart { output, .. } => output.get_mut(at),
            Self::Shared { memory, output, .. } => memory.get_mut(output.wrapping_add(at)),
        };
        if let Some(place) = place {
            *place = y;
        }
    }
}

/// The outputs of rows of windows, whose units are one by one in the stream.
#[inline(always)]
pub fn rows_of_3x3(rows: &mut RowLoop, stream: Flash<'_, i8>, memory: RowMemory<'_>) {
    rows.all_rows(stream, memory, |_, x| x.into());
}

/// The same for windows two columns apart.
#[inline(always)]
pub fn rows_of_3x3_by_two(rows: &mut RowLoop, stream: Flash<'_, i8>, memory: RowMemory<'_>) {
    rows_of_3x3(rows, stream, memory);
}

impl RowLoop {
    /// All of them, where `element` says what each tap takes an element for.
    #[inline(always)]
    pub(super) fn all_rows(
        &self,
        stream: Flash<'_, i8>,
        mut memory: RowMemory<'_>,
        element: impl Fn(usize, i8) -> i16,
    ) {
        let &Self { ref taps, order: RowOrder { backward, row_by_row }, .. } = self;
        let channels = usize::from(taps.channels);
        for channel in 0..if row_by_row { 1 } else { channels } {
            let channels = if row_by_row { 0..channels } else { channel..channel.wrapping_add(1) };
            for done in 0..taps.rows {
                let row = if backward { taps.rows.wrapping_sub(done).wrapping_sub(1) } else { done };
                self.row(stream, row.into(), channels.clone(), &mut memory, &element);
            }
        }
    }

    /// A row of outputs of these channels.
    fn row(
        &self,
        stream: Flash<'_, i8>,
        row: usize,
        channels: Range<usize>,
        memory: &mut RowMemory<'_>,
        element: &impl Fn(usize, i8) -> i16,
    ) {
        const UNIT: usize = STREAM_BIAS + 9 + STREAM_SCALE;
        let &Self { ref taps, to, .. } = self;
        let [outputs, multiplier] = [taps.outputs, taps.multiplier].map(usize::from);
        for column in 0..outputs {
            for channel in channels.clone() {
                let pixel =
                    product(row, taps.output_line()).wrapping_add(product(column, taps.output_step()));
                let first = pixel.wrapping_add(product(channel, multiplier));
                for time in 0..multiplier {
                    let start = product(product(time, taps.channels.into()).wrapping_add(channel), UNIT);
                    let [weight, scale] = [STREAM_BIAS, STREAM_BIAS + 9].map(|from| start.wrapping_add(from));
                    let elements = taps.elements(memory, [row, column], channel).enumerate();
                    let elements = elements.map(|(tap, x)| element(tap, x));
                    let y = unit(stream, [start, weight, scale], 1, elements, to);
                    memory.set_output(first.wrapping_add(time), y);
                }
            }
        }
    }
}
