//! Slices of a tensor, chosen by their positions.

use super::rows::rows_mut;
use super::source::Source;
use crate::inner::flash::Element;
use crate::inner::product;

/// Shapes, with what is side by side taken together.
#[derive(Clone, Copy, Debug)]
pub struct Gather {
    /// Blocks of the input that the same positions are taken from.
    pub outer: usize,
    /// Slices in a block.
    pub along: usize,
    /// Positions, for each run of blocks.
    pub picked: usize,
    /// Elements of a slice.
    pub inner: usize,
}

/// `output[batch, outer, i] = input[batch, outer, positions[batch, i]]`, where each is a slice.
///
/// Where there is no such position, the slice is zeros; the reference stops there.
#[inline]
pub fn gather<T: Element + Default>(
    p: &Gather,
    input: impl Source<T>,
    positions: impl Source<i32>,
    output: &mut [T],
) {
    let block = product(p.along, p.inner);
    let (mut start, mut first, mut left) = (0usize, 0usize, p.outer);
    for output in rows_mut(output, product(p.picked, p.inner)) {
        if left == 0 {
            first = first.wrapping_add(p.picked);
            left = p.outer;
        }
        let chosen = positions.range(first, p.picked).elements();
        for (slice, position) in rows_mut(output, p.inner).zip(chosen) {
            match usize::try_from(position) {
                Ok(position) if position < p.along => {
                    let at = start.wrapping_add(product(position, p.inner));
                    let from = input.range(at, p.inner).elements();
                    slice.iter_mut().zip(from).for_each(|(y, x)| *y = x);
                }
                _ => slice.fill(T::default()),
            }
        }
        start = start.wrapping_add(block);
        left = left.wrapping_sub(1);
    }
}

/// Shapes for positions of several coordinates.
#[derive(Clone, Copy, Debug)]
pub struct GatherNd<C> {
    /// For each coordinate the size of its axis, and elements from one position to the next.
    pub axes: C,
    /// Elements of a slice.
    pub inner: usize,
}

/// `output[i] = input[positions[i, 0], positions[i, 1], …]`, where each is a slice.
///
/// Where there is no such position, the slice is zeros; the reference stops there.
#[inline]
pub fn gather_nd<T: Element + Default, const N: usize>(
    p: &GatherNd<[(usize, usize); N]>,
    input: impl Source<T>,
    positions: impl Source<i32>,
    output: &mut [T],
) {
    let mut coordinates = positions.elements();
    for slice in rows_mut(output, p.inner) {
        let mut start = Some(0usize);
        for &(size, stride) in &p.axes {
            let position = coordinates.next().and_then(|at| usize::try_from(at).ok());
            let position = position.filter(|&at| at < size).map(|at| product(at, stride));
            start = start.zip(position).map(|(a, b)| a.wrapping_add(b));
        }
        match start {
            Some(start) => {
                let from = input.range(start, p.inner).elements();
                slice.iter_mut().zip(from).for_each(|(y, x)| *y = x);
            }
            None => slice.fill(T::default()),
        }
    }
}
