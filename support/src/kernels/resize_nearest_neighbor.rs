//! Enlarges or shrinks pictures by repeating or leaving out rows and columns.

use super::source::Source;
use crate::inner::flash::{Element, Flash};
use crate::inner::product;
use crate::kernels::rows::rows_mut;

/// Extents of the input.
#[derive(Clone, Copy, Debug)]
pub struct ResizeNearestNeighbor {
    /// Elements of one picture.
    pub picture: usize,
    /// Elements of one row.
    pub row: usize,
    /// Elements of one pixel.
    pub channels: usize,
    /// Elements of one picture of the output.
    pub output_picture: usize,
    /// Elements of one row of the output.
    pub output_row: usize,
}

/// `output[n, y, x] = input[n, rows[y], columns[x]]`, where each is a pixel.
#[inline]
pub fn resize_nearest_neighbor<T: Element>(
    p: &ResizeNearestNeighbor,
    rows: Flash<'_, u16>,
    columns: Flash<'_, u16>,
    input: impl Source<T>,
    output: &mut [T],
) {
    let mut start = 0usize;
    for picture in rows_mut(output, p.output_picture) {
        let lines = rows_mut(picture, p.output_row);
        for (line, y) in lines.zip(rows.iter()) {
            let from = start.wrapping_add(product(usize::from(y), p.row));
            for (pixel, x) in rows_mut(line, p.channels).zip(columns.iter()) {
                let at = from.wrapping_add(product(usize::from(x), p.channels));
                let source = input.range(at, p.channels).elements();
                pixel.iter_mut().zip(source).for_each(|(to, from)| *to = from);
            }
        }
        start = start.wrapping_add(p.picture);
    }
}
