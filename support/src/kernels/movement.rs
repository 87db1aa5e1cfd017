//! Copies a box of elements from one tensor to another: all that transposing, slicing, splitting,
//! joining and padding have to do.

use super::shapes::Movement;
use super::source::Source;
use crate::inner::flash::Element;

/// `output[at] = input[at]` for every element of the box, whose innermost axis lies in one piece in
/// both tensors.
#[inline(always)] // with its parameters known, most loops vanish
pub fn copy_runs<T: Element>(p: &Movement, input: impl Source<T>, output: &mut [T]) {
    let (outer, Axis { size: run, .. }) = axes(p);
    walk(outer, (p.input_start, p.output_start), |(i, o)| {
        let to = output.get_mut(o..o.wrapping_add(run)).unwrap_or_default();
        to.iter_mut().zip(input.range(i, run).elements()).for_each(|(y, x)| *y = x);
    });
}

/// `output[at] = input[at]` for every element of the box, wherever they lie.
#[inline(always)] // with its parameters known, most loops vanish
pub fn copy_strided<T: Element>(p: &Movement, input: impl Source<T>, output: &mut [T]) {
    let (outer, inner) = axes(p);
    walk(outer, (p.input_start, p.output_start), |at| {
        for (i, o) in inner.steps(at) {
            if let (Some(x), Some(y)) = (input.get(i), output.get_mut(o)) {
                *y = x;
            }
        }
    });
}

/// Where an element lies in the input and in the output.
type At = (usize, usize);

/// One axis of the box. Strides are added modulo the size of the address space, so that negative
/// ones work too.
#[derive(Clone, Copy)]
struct Axis {
    size: usize,
    input: usize,
    output: usize,
}

impl Axis {
    /// Every step from `at` along the axis.
    #[inline(always)]
    fn steps(self, (mut i, mut o): At) -> impl Iterator<Item = At> {
        (0..self.size).map(move |_| {
            let at = (i, o);
            (i, o) = (i.wrapping_add(self.input), o.wrapping_add(self.output));
            at
        })
    }
}

/// Calls `body` at every step along all axes, the last one first.
#[inline(always)]
fn walk([a, b, c, d, e]: [Axis; 5], start: At, mut body: impl FnMut(At)) {
    for at in a.steps(start) {
        for at in b.steps(at) {
            for at in c.steps(at) {
                for at in d.steps(at) {
                    for at in e.steps(at) {
                        body(at);
                    }
                }
            }
        }
    }
}

/// The five outer axes and the innermost.
#[inline(always)]
fn axes(p: &Movement) -> ([Axis; 5], Axis) {
    let axis = |size, input: i32, output: i32| Axis { size, input: input as usize, output: output as usize };
    let [a, b, c, d, e, f] = p.sizes;
    let [ai, bi, ci, di, ei, fi] = p.input_strides;
    let [ao, bo, co, d_o, eo, fo] = p.output_strides;
    let outer = [axis(a, ai, ao), axis(b, bi, bo), axis(c, ci, co), axis(d, di, d_o), axis(e, ei, eo)];
    (outer, axis(f, fi, fo))
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
