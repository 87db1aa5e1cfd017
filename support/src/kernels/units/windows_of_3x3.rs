//! Depthwise convolutions with windows of 3x3, rows of one unit at a time.

use super::super::planes::{Overlap, Planes};
use super::super::rows::{rows, rows_mut};
use super::super::window::{Axis, Window};
use super::WindowUnits;
use crate::inner::flash::Flash;
use crate::inner::{RowLoop, RowMemory, RowOrder, RowTaps, StreamOutput, product, rows_of_3x3};

/// The loops over rows of windows of 3x3, one of [`rows_of_3x3`] and [`rows_of_3x3_by_two`]: only those that are named are part
/// of a program.
type RowsOf3x3 = fn(&mut RowLoop, Flash<'_, i8>, RowMemory<'_>);

/// Most elements of an image, and of what becomes of it, where addresses have 16 bits.
const MAX_IMAGE: usize = u16::MAX as usize;

/// Whether a depthwise convolution with such a window and so many bits that are dropped can be done a row of one channel at
/// a time.
#[allow(dead_code)] // by the compiler
pub fn rows_fit(window: &Window, bits: u32) -> bool {
    is_3x3(window, bits) && window.taps(0).lens().is_some()
}

/// Whether a convolution of one channel with such a window can be done so.
#[allow(dead_code)] // by the compiler
pub fn plane_fits(window: &Window, bits: u32) -> bool {
    is_3x3(window, bits) && window.taps(0).fits_plane() && window.taps(0).plane_holds([MAX_IMAGE; 2])
}

/// Whether a depthwise convolution with dilated windows of 3x3 can be done as images that lie between each other.
#[allow(dead_code)] // by the compiler
pub fn dilated_fit(p: &WindowUnits) -> bool {
    p.dilated().is_some()
}

/// Whether windows are 3x3, with little padding, and so many bits are what the loops drop.
#[allow(dead_code)] // by the compiler
fn is_3x3(window: &Window, bits: u32) -> bool {
    let Window { y, x, channels, units } = *window;
    // One row at most is padding.
    let end = y.output.saturating_sub(1).saturating_mul(y.stride).saturating_add(3);
    let inside = y.pad <= 1 && y.input >= 2 && end <= y.input.saturating_add(y.pad).saturating_add(1);
    let is_3x3 = [x.taps, x.dilation, y.taps, y.dilation] == [3, 1, 3, 1];
    let in_bytes =
        [x.input, x.output, x.stride, y.output, y.stride, channels, units].iter().max() <= Some(&255);
    let has_multiplier = units.checked_rem(channels) == Some(0);
    is_3x3 && inside && x.pad <= 1 && has_multiplier && bits <= 32 && in_bytes
}

impl Window {
    /// What windows of 3x3 see, if their [`rows_fit`].
    #[inline(always)]
    fn taps(&self, padding: i8) -> RowTaps {
        let Window { y, x, channels, units } = *self;
        let [columns, outputs, stride] = [x.input, x.output, x.stride].map(|x| x as u8);
        let [rows, step, channels] = [y.output, y.stride, channels].map(|x| x as u8);
        let end = y.output.wrapping_sub(1).wrapping_mul(y.stride).wrapping_add(3).wrapping_sub(y.pad);
        let (left, first, last) = (x.pad != 0, y.pad != 0, end > y.input);
        let multiplier = quotient(units as u8, channels);
        let spacing = 1;
        RowTaps {
            columns,
            outputs,
            stride,
            left,
            channels,
            multiplier,
            rows,
            step,
            first,
            last,
            padding,
            spacing,
        }
    }

    /// In which order rows are done. Row by row, no row of outputs lies where it or those that are done later read. Where each
    /// unit has a channel of its own and its outputs lie over that alone, the same is true of the rows of one unit.
    #[inline(always)]
    fn order(&self, planes: &Planes<'_, i8>) -> RowOrder {
        match planes {
            Planes::Apart { .. } => RowOrder::default(),
            Planes::Overlapped { overlap, .. } => {
                let distance = overlap.input.abs_diff(overlap.output);
                let own_channel = self.units == self.channels && distance.is_multiple_of(self.channels);
                RowOrder { backward: overlap.is_backward(), row_by_row: !own_channel }
            }
        }
    }

    /// Elements of an image and of its output.
    #[inline(always)]
    fn lens(&self) -> [usize; 2] {
        let Self { y, x, channels, units } = *self;
        let len = |y: usize, x: usize, depth| x.wrapping_mul(depth).wrapping_mul(y);
        [len(y.input, x.input, channels), len(y.output, x.output, units)]
    }
}

/// Of small numbers, without a division, which takes long where no instruction does it.
#[inline(always)]
fn quotient(mut a: u8, b: u8) -> u8 {
    let mut quotient = 0u8;
    while b != 0 && a >= b {
        a = a.wrapping_sub(b);
        quotient = quotient.wrapping_add(1);
    }
    quotient
}

/// Images whose rows of windows of 3x3 are done one after the other.
struct Images {
    rows: RowLoop,
    of_image: RowsOf3x3,
    /// Elements of an image and of its output.
    lens: [usize; 2],
}

impl Images {
    #[inline(never)] // one copy for all layers
    fn apart(&mut self, stream: Flash<'_, i8>, input: &[i8], output: &mut [i8]) {
        apart(self.lens, input, output, |memory| (self.of_image)(&mut self.rows, stream, memory));
    }

    #[inline(never)] // one copy for all layers
    fn shared(&mut self, stream: Flash<'_, i8>, memory: &mut [i8], overlap: Overlap) {
        shared(self.lens, memory, overlap, |memory| (self.of_image)(&mut self.rows, stream, memory));
    }
}

/// Each image that becomes an output of its own, of so many elements.
#[inline(always)]
fn apart(
    [inputs, outputs]: [usize; 2],
    mut input: &[i8],
    mut output: &mut [i8],
    mut each: impl FnMut(RowMemory<'_>),
) {
    while outputs != 0
        && let Some((image, other_images)) = input.split_at_checked(inputs)
        && let Some((first, others)) = output.split_at_mut_checked(outputs)
    {
        each(RowMemory::Apart { image, output: first });
        (input, output) = (other_images, others);
    }
}

/// The same in memory that both share.
#[inline(always)]
fn shared(
    [inputs, outputs]: [usize; 2],
    memory: &mut [i8],
    overlap: Overlap,
    mut each: impl FnMut(RowMemory<'_>),
) {
    let Overlap { input: mut image, mut output, input_len, output_len } = overlap;
    let [mut to_image, mut to_output] = [inputs, outputs];
    if overlap.is_backward() {
        // The last image comes first.
        image = image.wrapping_add(input_len).wrapping_sub(inputs);
        output = output.wrapping_add(output_len).wrapping_sub(outputs);
        [to_image, to_output] = [inputs.wrapping_neg(), outputs.wrapping_neg()];
    }
    let mut left = output_len;
    while left >= outputs && left != 0 {
        each(RowMemory::Shared { memory: &mut *memory, image, output });
        image = image.wrapping_add(to_image);
        output = output.wrapping_add(to_output);
        left = left.wrapping_sub(outputs);
    }
}

/// Images that lie between each other, so many in a row and in a column, with as many outputs that lie as they do.
#[inline(never)] // one copy for all layers
pub(super) fn spaced_images(
    loops: &mut RowLoop,
    window: &Window,
    stream: Flash<'_, i8>,
    input: &[i8],
    output: &mut [i8],
) {
    let &Window { y, x, channels, .. } = window;
    let line = product(x.input, channels);
    let len = product(line, y.input);
    for (image, output) in rows(input, len).zip(rows_mut(output, len)) {
        let mut row = 0;
        for _ in 0..y.dilation {
            let mut first = row;
            for _ in 0..x.dilation {
                if let (Some(image), Some(output)) = (image.get(first..), output.get_mut(first..)) {
                    rows_of_3x3(loops, stream, RowMemory::Apart { image, output });
                }
                first = first.wrapping_add(channels);
            }
            row = row.wrapping_add(line);
        }
    }
}

impl WindowUnits {
    /// What dilated windows of 3x3 see of each of the images that lie between each other, if the rows of these are done as
    /// those of others.
    #[inline(always)] // what is known of a layer is worked out while its program is compiled
    pub(super) fn dilated(&self) -> Option<RowTaps> {
        let Window { y, x, channels, units } = self.window;
        if y.taps != 3 || x.taps != 3 {
            return None;
        }
        let dilation = y.dilation;
        let is_same = |side: Axis| {
            let Axis { input, pad, dilation, stride, output, .. } = side;
            let parts = input / dilation;
            stride == 1 && pad == dilation && input == output && input == parts * dilation
        };
        let fits = dilation > 1 && dilation == x.dilation && dilation <= 8;
        if !fits || units != channels || self.output.bits > 32 || !is_same(y) || !is_same(x) {
            return None;
        }
        let rows = u8::try_from(y.input / dilation).ok()?;
        let columns = u8::try_from(x.input / dilation).ok()?;
        let taps = RowTaps {
            columns,
            outputs: columns,
            stride: 1,
            left: true,
            channels: u8::try_from(channels).ok()?,
            multiplier: 1,
            rows,
            step: 1,
            first: true,
            last: true,
            padding: self.padding,
            spacing: dilation as u8,
        };
        taps.lens().map(|_| taps)
    }

    /// Windows of 3x3 on one channel, around which lies `padding`.
    #[inline(always)] // what is known of a layer is worked out while its program is compiled
    pub(super) fn plane(
        &self,
        stream: Flash<'_, i8>,
        planes: Planes<'_, i8>,
        padding: i8,
        of_image: impl Fn(Flash<'_, i8>, &RowTaps, RowOrder, RowMemory<'_>, StreamOutput),
    ) {
        let (taps, to, lens) = (self.window.taps(padding), self.output.of_stream(), self.window.lens());
        let order = self.window.order(&planes);
        let each = |memory: RowMemory<'_>| of_image(stream, &taps, order, memory, to);
        match planes {
            Planes::Apart { input, output } => {
                apart(lens, input, &mut *output, each);
                self.output.clamp(output);
            }
            Planes::Overlapped { memory, overlap } => {
                shared(lens, &mut *memory, overlap, each);
                let output = overlap.output..overlap.output.wrapping_add(overlap.output_len);
                self.output.clamp(memory.get_mut(output).unwrap_or(&mut []));
            }
        }
    }

    /// Rows of windows of 3x3.
    #[inline(always)] // what is known of a layer is worked out while its program is compiled
    pub(super) fn rows_of_channels(
        &self,
        of_image: RowsOf3x3,
        stream: Flash<'_, i8>,
        planes: Planes<'_, i8>,
    ) {
        let (taps, to) = (self.window.taps(self.padding), self.output.of_stream());
        let order = self.window.order(&planes);
        let mut images = Images { rows: RowLoop::new(taps, order, to), of_image, lens: self.window.lens() };
        let [_, outputs] = images.lens;
        match planes {
            Planes::Apart { input: image, output } if output.len() == outputs => {
                of_image(&mut images.rows, stream, RowMemory::Apart { image, output: &mut *output });
                self.output.clamp(output);
            }
            Planes::Apart { input, output } => {
                images.apart(stream, input, &mut *output);
                self.output.clamp(output);
            }
            Planes::Overlapped { memory, overlap } => {
                let Overlap { input: image, output, output_len, .. } = overlap;
                if output_len == outputs {
                    let memory = RowMemory::Shared { memory: &mut *memory, image, output };
                    of_image(&mut images.rows, stream, memory);
                } else {
                    images.shared(stream, &mut *memory, overlap);
                }
                let output = output..output.wrapping_add(output_len);
                self.output.clamp(memory.get_mut(output).unwrap_or(&mut []));
            }
        }
    }
}
