//! The input and the output of kernels that go through both from one end to the other.
//!
//! Where the memory plan lays the output over the part of the input that is used up, both are one window of the
//! arena. Before each piece of the output it is split into that piece and the input that is still needed, so that
//! the loops over a piece never know whether memory is shared.

use crate::inner::product;

/// Rows of a fully connected layer, or pixels of a 1 × 1 convolution, that are worked on together where
/// memory is shared.
pub const RUN: usize = 4;

/// An input and an output.
#[derive(Debug)]
pub enum Planes<'a, T> {
    /// Each in memory of its own.
    Apart {
        /// All of the input.
        input: &'a [T],
        /// All of the output.
        output: &'a mut [T],
    },
    /// Both in one piece of memory.
    Overlapped {
        /// What holds both.
        memory: &'a mut [T],
        /// Where they lie in it.
        overlap: Overlap,
    },
}

/// Where an input and an output lie in memory that they share, in elements from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Start of the input.
    pub input: usize,
    /// Elements of the input.
    pub input_len: usize,
    /// Start of the output. Below that of the input, the output is written from its first row to its last;
    /// above, from its last to its first.
    pub output: usize,
    /// Elements of the output.
    pub output_len: usize,
}

impl Overlap {
    /// Whether the last row comes first.
    #[inline(always)]
    pub const fn is_backward(&self) -> bool {
        self.output > self.input
    }
}

impl<'a, T> Planes<'a, T> {
    /// An input and an output in memory of their own.
    #[inline(always)]
    pub const fn apart(input: &'a [T], output: &'a mut [T]) -> Self {
        Self::Apart { input, output }
    }

    /// An input and an output that share memory.
    #[inline(always)]
    pub const fn overlapped(memory: &'a mut [T], overlap: Overlap) -> Self {
        Self::Overlapped { memory, overlap }
    }

    /// Whether the last row of the output has to be written first.
    #[inline(always)]
    pub fn is_backward(&self) -> bool {
        match self {
            Self::Apart { .. } => false,
            Self::Overlapped { overlap, .. } => overlap.is_backward(),
        }
    }

    /// Elements of the input.
    #[inline(always)]
    pub fn input_len(&self) -> usize {
        match self {
            Self::Apart { input, .. } => input.len(),
            Self::Overlapped { overlap, .. } => overlap.input_len,
        }
    }

    /// Elements of the output.
    #[inline(always)]
    pub fn output_len(&self) -> usize {
        match self {
            Self::Apart { output, .. } => output.len(),
            Self::Overlapped { overlap, .. } => overlap.output_len,
        }
    }

    /// The input from element `from`, as far as it can be read while elements `at..at + len` of the output are
    /// written, and these.
    #[inline(always)]
    pub fn split(&mut self, from: usize, at: usize, len: usize) -> Option<(&[T], &mut [T])> {
        match self {
            Self::Apart { input, output } => {
                let piece = output.get_mut(at..at.wrapping_add(len))?;
                Some((input.get(from..).unwrap_or(&[]), piece))
            }
            Self::Overlapped { memory, overlap } => overlap.split(memory, from, at, len),
        }
    }

    /// Runs of rows, each of `depth` elements of the input and `units` of the output: all rows at once, or
    /// [`RUN`] at a time where memory is shared.
    #[inline(always)]
    pub fn runs(self, depth: usize, units: usize) -> Runs<'a, T> {
        let (inputs, outputs) = (self.input_len(), self.output_len());
        let (depth, units) = match self {
            Self::Apart { .. } => (inputs, outputs),
            Self::Overlapped { .. } => (product(depth, RUN), product(units, RUN).max(1)),
        };
        Runs { planes: self, depth, units, inputs, outputs }
    }
}

/// Runs of rows of the input, and what they become.
#[derive(Debug)]
pub struct Runs<'a, T> {
    planes: Planes<'a, T>,
    /// Elements of the input in a run.
    depth: usize,
    /// Elements of the output in a run.
    units: usize,
    /// Elements of the input that are left: those at its end, or at its start.
    inputs: usize,
    /// Elements of the output that are left.
    outputs: usize,
}

impl<T> Runs<'_, T> {
    /// The next run `(input, output)`, if there is one. Behind the run may be more of the input.
    #[inline(always)]
    #[allow(clippy::should_implement_trait)] // an iterator's items cannot borrow from it
    pub fn next(&mut self) -> Option<(&[T], &mut [T])> {
        if self.outputs == 0 {
            return None;
        }
        let (input, output) = (self.depth.min(self.inputs), self.units.min(self.outputs));
        let (inputs, outputs) = (self.inputs.wrapping_sub(input), self.outputs.wrapping_sub(output));
        let (from, at) = match self.planes.is_backward() {
            true => (inputs, outputs),
            false => (
                self.planes.input_len().wrapping_sub(self.inputs),
                self.planes.output_len().wrapping_sub(self.outputs),
            ),
        };
        (self.inputs, self.outputs) = (inputs, outputs);
        self.planes.split(from, at, output)
    }
}

impl Overlap {
    /// As [`Planes::split`].
    #[inline(always)]
    fn split<'m, T>(
        &self,
        memory: &'m mut [T],
        from: usize,
        at: usize,
        len: usize,
    ) -> Option<(&'m [T], &'m mut [T])> {
        let from = self.input.wrapping_add(from);
        let at = self.output.wrapping_add(at);
        if self.is_backward() {
            let (rest, output) = memory.split_at_mut_checked(at)?;
            return Some((rest.get(from..).unwrap_or(&[]), output.get_mut(..len)?));
        }
        let end = at.wrapping_add(len);
        let (output, rest) = memory.split_at_mut_checked(end)?;
        Some((rest.get(from.wrapping_sub(end)..).unwrap_or(&[]), output.get_mut(at..)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs are added up.
    fn pairs(planes: Planes<'_, u8>) {
        let mut runs = planes.runs(2, 1);
        while let Some((input, output)) = runs.next() {
            output.iter_mut().zip(input.chunks(2)).for_each(|(y, x)| *y = x[0] + x[1]);
        }
    }

    #[test]
    fn used_up_input_becomes_output() {
        let mut memory = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        let overlap = Overlap { input: 4, input_len: 10, output: 0, output_len: 5 };
        pairs(Planes::overlapped(&mut memory, overlap));
        assert_eq!(memory[..5], [3, 7, 11, 15, 19]);
        let mut memory = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 0];
        let overlap = Overlap { input: 0, input_len: 10, output: 9, output_len: 5 };
        pairs(Planes::overlapped(&mut memory, overlap));
        assert_eq!(memory[9..], [3, 7, 11, 15, 19]);
    }

    #[test]
    fn what_lies_outside_is_skipped() {
        let overlap = Overlap { input: 2, input_len: 8, output: 0, output_len: 8 };
        let mut memory = [1u8; 6];
        let mut planes = Planes::overlapped(&mut memory, overlap);
        assert!(planes.split(0, 6, 1).is_none());
        assert_eq!(planes.split(7, 0, 2).map(|(input, _)| input.len()), Some(0));
        assert_eq!(planes.split(0, 4, 1).map(|(input, _)| input.len()), Some(0));
    }
}
