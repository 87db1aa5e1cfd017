//! Copies a box of elements from one tensor to another: all that transposing, slicing, splitting,
//! joining and padding have to do.

use super::shapes::Movement;
use super::source::Source;
use crate::inner::flash::Element;

/// `output[at] = input[at]` for every element of the box, whose innermost axis lies in one piece in
/// both tensors.
#[inline]
pub fn copy_runs<T: Element>(p: &Movement, input: impl Source<T>, output: &mut [T]) {
    let [a, b, c, d, e, Axis { size: run, .. }] = axes(p);
    let copy = |(i, o): At| {
        let to = output.get_mut(o..o.wrapping_add(run)).unwrap_or_default();
        to.iter_mut().zip(input.range(i, run).elements()).for_each(|(y, x)| *y = x);
    };
    a.each(start(p), b.then(c.then(d.then(e.then(copy)))));
}

/// `output[at] = input[at]` for every element of the box, wherever they lie.
#[inline]
pub fn copy_strided<T: Element>(p: &Movement, input: impl Source<T>, output: &mut [T]) {
    let [a, b, c, d, e, f] = axes(p);
    let copy = |(i, o): At| {
        if let (Some(x), Some(y)) = (input.get(i), output.get_mut(o)) {
            *y = x;
        }
    };
    a.each(start(p), b.then(c.then(d.then(e.then(f.then(copy))))));
}

/// Where an element lies in the input and in the output.
type At = (usize, usize);

/// One axis of the box. Strides are added modulo the size of the address space, so that negative
/// ones work too.
#[derive(Clone, Copy)]
struct Axis {
    size: usize,
    strides: At,
}

impl Axis {
    /// Calls `body` at every step from `at`.
    #[inline(always)]
    fn each(self, at: At, mut body: impl FnMut(At)) {
        let (mut i, mut o) = at;
        for _ in 0..self.size {
            body((i, o));
            i = i.wrapping_add(self.strides.0);
            o = o.wrapping_add(self.strides.1);
        }
    }

    /// This axis as the body of another.
    #[inline(always)]
    fn then(self, mut body: impl FnMut(At)) -> impl FnMut(At) {
        move |at| self.each(at, &mut body)
    }
}

#[inline(always)]
fn axes(p: &Movement) -> [Axis; 6] {
    let [a, b, c, d, e, f] = p.sizes;
    let [ai, bi, ci, di, ei, fi] = p.input_strides;
    let [ao, bo, co, d_o, eo, fo] = p.output_strides;
    [(a, ai, ao), (b, bi, bo), (c, ci, co), (d, di, d_o), (e, ei, eo), (f, fi, fo)]
        .map(|(size, i, o)| Axis { size, strides: (i as usize, o as usize) })
}

#[inline(always)]
fn start(p: &Movement) -> At {
    (p.input_start, p.output_start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::flash::Flash;

    /// A 2 × 3 matrix, each row back to front, into the even places of the output.
    const MIRRORED: Movement = Movement {
        sizes: [1, 1, 1, 1, 2, 3],
        input_start: 2,
        input_strides: [0, 0, 0, 0, 3, -1],
        output_start: 0,
        output_strides: [0, 0, 0, 0, 6, 2],
    };

    #[test]
    fn strides_may_be_negative() {
        let mut output = [0; 12];
        copy_strided(&MIRRORED, Flash::from_slice(&[1i16, 2, 3, 4, 5, 6]), &mut output);
        assert_eq!(output, [3, 0, 2, 0, 1, 0, 6, 0, 5, 0, 4, 0]);
    }

    #[test]
    fn what_is_not_there_is_skipped() {
        let mut output = [0; 5];
        copy_strided(&MIRRORED, Flash::from_slice(&[1u8, 2]), &mut output);
        assert_eq!(output, [0, 0, 2, 0, 1]);
        let runs = Movement { input_start: 0, input_strides: [0, 0, 0, 0, 3, 1], ..MIRRORED };
        let runs = Movement { output_strides: [0, 0, 0, 0, 3, 1], ..runs };
        copy_runs(&runs, Flash::from_slice(&[7u8, 8, 9]), &mut output);
        assert_eq!(output, [7, 8, 9, 0, 1]);
    }
}
