//! Enlarges or shrinks pictures by mixing neighbouring pixels.

use super::rows::rows_mut;
use crate::inner::flash::Flash;
use crate::inner::product;

/// Extents of the pictures.
#[derive(Clone, Copy, Debug)]
pub struct ResizeBilinear {
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

/// Both neighbours of a position, and how far it is from the first to the second.
struct Between {
    lower: usize,
    upper: usize,
    fraction: i32,
}

/// The positions of a table, which has three numbers for each.
#[inline(always)]
fn positions(table: Flash<'_, u16>) -> impl Iterator<Item = Between> {
    table.chunks(3).filter_map(|position| {
        let [lower, upper, fraction] = position.array(0)?;
        Some(Between { lower: lower.into(), upper: upper.into(), fraction: fraction.cast_signed().into() })
    })
}

/// `output[n, y, x]` is a mixture of four pixels: of both rows of `rows[y]`, in both columns of `columns[x]`,
/// rounded half away from zero. Fractions are in steps of `2^-10`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn resize_bilinear_s8(
    p: &ResizeBilinear,
    rows: Flash<'_, u16>,
    columns: Flash<'_, u16>,
    input: &[i8],
    output: &mut [i8],
) {
    let mut start = 0usize;
    for picture in rows_mut(output, p.output_picture) {
        for (line, y) in rows_mut(picture, p.output_row).zip(positions(rows)) {
            let upper = start.wrapping_add(product(y.lower, p.row));
            let lower = start.wrapping_add(product(y.upper, p.row));
            for (pixel, x) in rows_mut(line, p.channels).zip(positions(columns)) {
                let (left, right) = (product(x.lower, p.channels), product(x.upper, p.channels));
                let channels = |at: usize| input.get(at..).unwrap_or(&[]).iter();
                let above = channels(upper.wrapping_add(left)).zip(channels(upper.wrapping_add(right)));
                let below = channels(lower.wrapping_add(left)).zip(channels(lower.wrapping_add(right)));
                for (y_out, ((&a, &b), (&c, &d))) in pixel.iter_mut().zip(above.zip(below)) {
                    let top = mixed(a.into(), b.into(), x.fraction);
                    let bottom = mixed(c.into(), d.into(), x.fraction);
                    *y_out = rounded(mixed(top, bottom, y.fraction));
                }
            }
        }
        start = start.wrapping_add(p.picture);
    }
}

/// `a · (1 - fraction) + b · fraction`, in steps of `2^-10` more.
#[inline(always)]
fn mixed(a: i32, b: i32, fraction: i32) -> i32 {
    let difference = b.wrapping_sub(a);
    a.wrapping_shl(10).wrapping_add(difference.wrapping_mul(fraction))
}

/// A number in steps of `2^-20` as a whole one.
#[inline(always)]
fn rounded(x: i32) -> i8 {
    let magnitude = (x.unsigned_abs().wrapping_add(1 << 19) >> 20).cast_signed();
    (if x < 0 { magnitude.wrapping_neg() } else { magnitude }) as i8
}
