//! The mean along some dimensions.

use crate::inner::requantize;
use crate::kernels::rows::rows_mut;

/// One level of a loop over elements.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many steps there are.
    pub count: usize,
    /// Elements from one step to the next.
    pub stride: usize,
}

/// Loops and scales of a mean.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    /// Loops over outputs, outermost first, around `inner`.
    pub kept: [Run; 4],
    /// Outputs whose inputs lie side by side.
    pub inner: usize,
    /// Loops over what one output is the mean of, outermost first.
    pub reduced: [Run; 4],
    /// What sums start from: minus the zero point of the input for each element.
    pub start: i32,
    /// The factor from the sum to the steps of the output, which holds the division.
    pub multiplier: i32,
    /// The factor's exponent.
    pub shift: i32,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// `output[kept] = zero point + requantize(start + Σ input[kept, reduced])`, saturated.
#[inline]
pub fn mean_s8(p: &Mean, input: &[i8], output: &mut [i8]) {
    mean(p, input, output, |value| value.clamp(i8::MIN.into(), i8::MAX.into()) as i8);
}

/// `output[kept] = zero point + requantize(start + Σ input[kept, reduced])`, saturated.
#[inline]
pub fn mean_s16(p: &Mean, input: &[i16], output: &mut [i16]) {
    mean(p, input, output, |value| value.clamp(i16::MIN.into(), i16::MAX.into()) as i16);
}

#[inline(always)]
fn mean<T: Copy + Into<i32>>(p: &Mean, input: &[T], output: &mut [T], saturate: impl Fn(i32) -> T) {
    let [a, b, c, d] = p.kept;
    let finish = |sum| saturate(requantize(sum, p.multiplier, p.shift).wrapping_add(p.zero_point));
    let mut rows = rows_mut(output, p.inner);
    for at in a.from(0).flat_map(|at| b.from(at)).flat_map(|at| c.from(at)).flat_map(|at| d.from(at)) {
        let Some(row) = rows.next() else { return };
        let mut at = at;
        let (fours, rest) = row.as_chunks_mut::<4>();
        for outputs in fours {
            *outputs = sums(p, input, at).map(&finish);
            at = at.wrapping_add(4);
        }
        for output in rest {
            *output = finish(sums::<T, 1>(p, input, at)[0]);
            at = at.wrapping_add(1);
        }
    }
}

/// The sums for `N` outputs whose inputs lie side by side, the first of them at `at`.
#[inline(always)]
fn sums<T: Copy + Into<i32>, const N: usize>(p: &Mean, input: &[T], at: usize) -> [i32; N] {
    let mut sums = [p.start; N];
    let [a, b, c, d] = p.reduced;
    for at in a.from(at).flat_map(|at| b.from(at)).flat_map(|at| c.from(at)) {
        let steps = input.get(at..).unwrap_or(&[]).chunks(d.stride.max(1)).take(d.count);
        for values in steps.filter_map(|step| step.first_chunk::<N>()) {
            sums.iter_mut().zip(values).for_each(|(sum, &x)| *sum = sum.wrapping_add(x.into()));
        }
    }
    sums
}

impl Run {
    /// Where the steps begin.
    #[inline(always)]
    fn from(self, start: usize) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |step| start.wrapping_add(step.wrapping_mul(self.stride)))
    }
}
