//! How far an output may be laid over its input: the order in which kernels read and write, in numbers.

use super::planes::{Overlap, RUN};
use super::window::{Axis, Window};

/// How far apart an input and an output in one memory have to begin, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// From the output up to the input, if the output lies below.
    pub below: usize,
    /// From the input up to the output, if the output lies above.
    pub above: usize,
}

/// Layers of more rows are not looked at: none that fits a microcontroller has as many.
const MOST_ROWS: usize = 1 << 14;

impl Reach {
    /// Of an input and an output that may not share memory.
    pub const fn apart(input_len: usize, output_len: usize) -> Self {
        Self { below: output_len, above: input_len }
    }

    /// Of `rows` rows of `depth` elements that become rows of `units`, [`RUN`] at a time.
    pub const fn of_runs(rows: usize, depth: usize, units: usize) -> Self {
        // Forward, run by run: all before the last are alike but for their places. The first and the last
        // two are the extremes. Backward the last run is the one that begins at the first row.
        let full = if rows == 0 { 0 } else { (rows - 1) / RUN };
        let mut reach = Self { below: 0, above: 0 };
        let mut step = 0;
        while step < 3 {
            let run = [0, full.saturating_sub(1), full][step];
            let first = run * RUN;
            let end = min(first.saturating_add(RUN), rows);
            reach.below = max(reach.below, difference(product(end, units), product(first, depth)));
            let (first, end) = (rows - end, rows - first);
            reach.above = max(reach.above, difference(product(end, depth), product(first, units)));
            step += 1;
        }
        reach.at_least_one()
    }

    /// Of runs of rows that give an output of so many elements.
    pub const fn of_runs_in(output_len: usize, depth: usize, units: usize) -> Self {
        match output_len.checked_div(units) {
            Some(rows) => Self::of_runs(rows, depth, units),
            None => Self::apart(usize::MAX, output_len),
        }
    }

    const fn at_least_one(self) -> Self {
        Self { below: max(self.below, 1), above: max(self.above, 1) }
    }

    /// Whether memory that is shared so is never written before its last read.
    ///
    /// Expanded code asserts it of every layer, so that a plan in which a row is missing does not compile:
    ///
    /// ```compile_fail
    /// use tiny_model::__private::kernels::{fully_connected::FullyConnected, planes::Overlap, shapes::Requantization};
    /// const OUTPUT: Requantization = Requantization { zero_point: 0, least: -128, greatest: 127 };
    /// const LAYER: FullyConnected = FullyConnected { depth: 8, units: 8, output: OUTPUT };
    /// const _: () = assert!(LAYER.reach(80).allows(&Overlap {
    ///     input: 24, // 4 rows of 8 are written at a time
    ///     input_len: 80,
    ///     output: 0,
    ///     output_len: 80,
    /// }));
    /// ```
    pub const fn allows(&self, overlap: &Overlap) -> bool {
        if overlap.is_backward() {
            overlap.output - overlap.input >= self.above
        } else {
            overlap.input - overlap.output >= self.below
        }
    }
}

impl Window {
    /// How far an output of so many elements, of any number of images, may be laid over the input if it is
    /// written row by row.
    pub const fn reach(&self, output_len: usize) -> Reach {
        let image = product(product(self.x.input, self.channels), self.y.input);
        let output = product(product(self.x.output, self.units), self.y.output);
        let Some(images) = output_len.checked_div(output) else {
            return Reach::apart(usize::MAX, usize::MAX);
        };
        // The images are alike, so the first and the last are the extremes.
        let (inputs, outputs) = match images.checked_sub(1) {
            Some(more) => (product(more, image), product(more, output)),
            None => (0, 0),
        };
        let Reach { below, above } = self.reach_of_image();
        Reach {
            below: max(below, difference(below.saturating_add(outputs), inputs)),
            above: max(above, difference(above.saturating_add(inputs), outputs)),
        }
    }

    const fn reach_of_image(&self) -> Reach {
        let line = product(self.x.input, self.channels);
        let len = product(self.x.output, self.units);
        let all = Reach::apart(product(line, self.y.input), product(len, self.y.output));
        if self.y.output > MOST_ROWS {
            return all;
        }
        // From the last row to the first, for what a row reads is needed by all before it too.
        let (mut below, mut needed) = (0, all.above);
        let mut row = self.y.output;
        while row > 0 {
            if let Some((first, _)) = self.y.sees(row - 1) {
                needed = min(needed, product(first, line));
            }
            below = max(below, difference(product(row, len), needed));
            row -= 1;
        }
        let (mut above, mut needed) = (0, 0);
        while row < self.y.output {
            if let Some((_, end)) = self.y.sees(row) {
                needed = max(needed, product(end, line));
            }
            above = max(above, difference(needed, product(row, len)));
            row += 1;
        }
        Reach { below, above }.at_least_one()
    }
}

impl Axis {
    /// The positions in the image that an output sees: the first, and one behind the last.
    const fn sees(&self, output: usize) -> Option<(usize, usize)> {
        let start = product(output, self.stride);
        let end = self.pad.saturating_add(self.input);
        let (mut seen, mut tap) = (None, 0);
        while tap < self.taps {
            let at = start.saturating_add(product(tap, self.dilation));
            if at >= end {
                break;
            }
            if at >= self.pad {
                let here = at - self.pad;
                let first = if let Some((first, _)) = seen { first } else { here };
                seen = Some((first, here + 1));
            }
            tap += 1;
        }
        seen
    }
}

// Sizes that leave the address space stay at its end, where nothing fits.

const fn product(a: usize, b: usize) -> usize {
    a.saturating_mul(b)
}

const fn difference(a: usize, b: usize) -> usize {
    a.saturating_sub(b)
}

const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}
