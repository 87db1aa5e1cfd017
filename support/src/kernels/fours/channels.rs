//! Depthwise convolutions: sums of fours of channels, of which many go over the taps of a window together.

use super::{Form, Fours, WindowFours};
use crate::inner::flash::Flash;
use crate::inner::{FOUR, Tap, product, sums_of_taps};
use crate::kernels::depthwise_pixels::{self, each_pixel};
use crate::kernels::planes::Planes;
use crate::kernels::window::{Taps, Window};

/// Fours of channels whose sums are in memory.
const RUN: usize = 8;

impl<R: Form> WindowFours<R> {
    #[inline(never)] // one copy for all layers
    pub(super) fn each_channel(&self, fours: Fours<'_, R>, planes: Planes<'_, i8>) {
        let sums = &mut [[0; FOUR]; RUN];
        each_pixel(&self.window, self.output, planes, move |image, rows, columns, pixel| {
            self.channels(fours, (image, rows, columns), sums, pixel);
        });
    }

    #[inline(never)] // one copy for all layers
    pub(super) fn each_unit(
        &self,
        multiplier: usize,
        fours: Fours<'_, R>,
        planes: Planes<'_, i8>,
        part: &mut [i8],
    ) {
        let Window { x, y, channels, .. } = self.window;
        let weights = product(product(y.taps, x.taps), channels);
        let constants = product(channels.wrapping_add(FOUR - 1) / FOUR, R::CONSTANTS);
        let sums = &mut [[0; FOUR]; RUN];
        each_pixel(&self.window, self.output, planes, move |image, rows, columns, pixel| {
            depthwise_pixels::each_unit(multiplier, part, pixel, |nth, part| {
                let of_nth = Fours {
                    weights: fours.weights.range(product(nth, weights), weights),
                    constants: fours.constants.range(product(nth, constants), constants),
                    ..fours
                };
                self.channels(of_nth, (image, rows, columns), sums, part);
            });
        });
    }

    /// All channels of one pixel.
    #[inline(always)]
    fn channels(
        &self,
        fours: Fours<'_, R>,
        (image, rows, columns): (&[i8], Taps, Taps),
        sums: &mut [[i32; FOUR]; RUN],
        output: &mut [i8],
    ) {
        let channels = self.window.channels;
        let (mut channel, mut four) = (0usize, 0usize);
        while channel < channels {
            let count = channels.wrapping_sub(channel).min(RUN * FOUR) / FOUR;
            // The last four may begin with channels that are done.
            let (from, count) = match count {
                0 => (channels.wrapping_sub(FOUR), 1),
                _ => (channel, count),
            };
            let Some(sums) = sums.get_mut(..count) else { return };
            self.sum_up(fours.weights, image, rows, columns, from, sums);
            let start = product(four, R::CONSTANTS);
            let constants = fours.constants.range(start, product(count, R::CONSTANTS)).chunks(R::CONSTANTS);
            four = four.wrapping_add(count);
            let output = output.get_mut(from..).unwrap_or(&mut []).as_chunks_mut::<FOUR>().0;
            for ((output, sums), constants) in output.iter_mut().zip(sums).zip(constants) {
                *output = R::outputs(constants, *sums);
            }
            channel = from.wrapping_add(product(count, FOUR));
        }
    }

    /// The sums of the channels from `channel`.
    #[inline(always)]
    fn sum_up(
        &self,
        weights: Flash<'_, i8>,
        image: &[i8],
        rows: Taps,
        columns: Taps,
        channel: usize,
        sums: &mut [[i32; FOUR]],
    ) {
        let Window { x, y, channels, .. } = self.window;
        let w = Tap { row: product(x.taps, channels), column: channels };
        let line = product(product(x.input, y.dilation), channels);
        let steps = [w, Tap { row: line, column: product(x.dilation, channels) }];
        let tap = product(rows.before, w.row).wrapping_add(product(columns.before, channels));
        let from = |start: usize| weights.range(start, weights.len().wrapping_sub(start));
        let image = image.get(channel..).unwrap_or(&[]);
        let first = channel.wrapping_add(tap);
        sums_of_taps(sums, [rows.inside, columns.inside], steps, from(first), image);
        if rows.inside < y.taps || columns.inside < x.taps {
            self.outside(rows, columns, from(channel), sums);
        }
    }

    /// Adds what the taps on the padding see.
    #[inline(never)]
    fn outside(&self, rows: Taps, columns: Taps, weights: Flash<'_, i8>, sums: &mut [[i32; FOUR]]) {
        let channels = self.window.channels;
        let taps = |(), tap: usize, count: usize| {
            let start = product(tap, channels);
            let mut weights = weights.range(start, weights.len().wrapping_sub(start));
            for _ in 0..count {
                for (sum, w) in sums.as_flattened_mut().iter_mut().zip(weights.iter()) {
                    *sum = sum.wrapping_add(i32::from(w).wrapping_mul(self.padding.into()));
                }
                weights = weights.range(channels, weights.len().wrapping_sub(channels));
            }
        };
        self.window.fold(rows, columns, (), |(), _, _| (), taps);
    }
}
