//! Products of matrices that both may be computed.

use super::rows::rows_mut;
use super::source::Source;
use crate::inner::flash::Element;
use crate::inner::{product, requantize, requantize_wide};

/// Where the vectors of an operand lie: rows of the left one, columns of the right one.
#[derive(Clone, Copy, Debug)]
pub struct Matrices {
    /// From one matrix to the next along each batch dimension; 0 where there is one only.
    pub strides: [usize; 3],
    /// From one vector to the next.
    pub vector: usize,
    /// From one element of a vector to the next.
    pub step: usize,
}

/// Shapes and scales.
#[derive(Clone, Copy, Debug)]
pub struct BatchMatmul {
    /// Batch dimensions of the output, outermost first.
    pub batches: [usize; 3],
    /// Rows of the left operand.
    pub rows: usize,
    /// Columns of the right operand.
    pub columns: usize,
    /// Elements of both.
    pub depth: usize,
    /// The left operand.
    pub left: Matrices,
    /// The right operand.
    pub right: Matrices,
    /// Zero point of the left operand.
    pub left_zero_point: i32,
    /// Zero point of the right operand.
    pub right_zero_point: i32,
    /// Significand of `left scale · right scale / output scale`.
    pub multiplier: i32,
    /// Its exponent.
    pub shift: i32,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// `output[batch, row, column] = Σ left[batch, row, i] · right[batch, i, column]` on real values, saturated.
#[cfg_attr(not(debug_assertions), inline)]
pub fn batch_matmul_s8(p: &BatchMatmul, left: impl Source<i8>, right: impl Source<i8>, output: &mut [i8]) {
    let add = |sum: i32, a: i8, b: i8| {
        let (a, b) = (i32::from(a), i32::from(b));
        let (a, b) = (a.wrapping_sub(p.left_zero_point), b.wrapping_sub(p.right_zero_point));
        sum.wrapping_add(a.wrapping_mul(b))
    };
    matmul(p, left, right, output, 0, add, |sum| {
        let value = requantize(sum, p.multiplier, p.shift).wrapping_add(p.zero_point);
        value.clamp(i8::MIN.into(), i8::MAX.into()) as i8
    });
}

/// The same in 16 bits, with zero points of 0, sums of 64 bits and a multiplier of 15.
#[cfg_attr(not(debug_assertions), inline)]
pub fn batch_matmul_s16(
    p: &BatchMatmul,
    left: impl Source<i16>,
    right: impl Source<i16>,
    output: &mut [i16],
) {
    let add = |sum: i64, a: i16, b: i16| sum.wrapping_add(i32::from(a).wrapping_mul(b.into()).into());
    matmul(p, left, right, output, 0, add, |sum| {
        let value = requantize_wide(sum, p.multiplier as i16, p.shift);
        value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
    });
}

#[inline(always)]
fn matmul<T: Element, S: Copy>(
    p: &BatchMatmul,
    left: impl Source<T>,
    right: impl Source<T>,
    output: &mut [T],
    start: S,
    add: impl Fn(S, T, T) -> S,
    finish: impl Fn(S) -> T,
) {
    let mut rows = rows_mut(output, p.columns);
    each(p, |left_start, right_start| {
        for (row, output) in (0..p.rows).zip(&mut rows) {
            let row = left_start.wrapping_add(product(row, p.left.vector));
            for (column, y) in output.iter_mut().enumerate() {
                let (mut a, mut b) = (row, right_start.wrapping_add(product(column, p.right.vector)));
                let mut sum = start;
                for _ in 0..p.depth {
                    if let (Some(x), Some(y)) = (left.get(a), right.get(b)) {
                        sum = add(sum, x, y);
                    }
                    a = a.wrapping_add(p.left.step);
                    b = b.wrapping_add(p.right.step);
                }
                *y = finish(sum);
            }
        }
    });
}

/// Calls `body` with the start of both matrices for each matrix of the output.
#[inline(always)]
fn each(p: &BatchMatmul, mut body: impl FnMut(usize, usize)) {
    let [outer, middle, inner] = p.batches;
    let at = |start: usize, index: usize, stride: usize| start.wrapping_add(product(index, stride));
    let ([a0, a1, a2], [b0, b1, b2]) = (p.left.strides, p.right.strides);
    for i in 0..outer {
        for j in 0..middle {
            for k in 0..inner {
                body(at(at(at(0, i, a0), j, a1), k, a2), at(at(at(0, i, b0), j, b1), k, b2));
            }
        }
    }
}
