//! Every output is the greatest value of a window over one channel of an image.

use super::planes::Planes;
use super::reach::Reach;
use super::window::Window;
use crate::inner::flash::Element;

/// Shape and range of a pool of greatest values.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool2d<T> {
    /// How the window moves.
    pub window: Window,
    /// Least output, after the fused activation.
    pub least: T,
    /// Greatest output, after the fused activation.
    pub greatest: T,
}

impl<T> MaxPool2d<T> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// `output[y, x, c] = clamp(max(input[y · stride + row, x · stride + column, c]))`; the padding does
/// not count.
#[cfg_attr(not(debug_assertions), inline)]
pub fn max_pool_2d_s8(p: &MaxPool2d<i8>, planes: Planes<'_, i8>) {
    max_pool_2d(p, planes);
}

/// The same in 16 bits.
#[cfg_attr(not(debug_assertions), inline)]
pub fn max_pool_2d_s16(p: &MaxPool2d<i16>, planes: Planes<'_, i16>) {
    max_pool_2d(p, planes);
}

#[inline(always)]
fn max_pool_2d<T: Element + Ord>(p: &MaxPool2d<T>, planes: Planes<'_, T>) {
    let channels = p.window.channels;
    p.window.each_pixel(planes, |image, rows, columns, output| {
        // Nothing is less than the least output, so that it may stand for nothing.
        output.fill(p.least);
        let inside = |(), _, at| {
            let mut image = image.get(at..).unwrap_or(&[]);
            for _ in 0..columns.inside {
                output.iter_mut().zip(image).for_each(|(y, &x)| *y = x.max(*y));
                image = image.get(channels..).unwrap_or(&[]);
            }
        };
        p.window.fold(rows, columns, (), inside, |(), _, _| ());
        output.iter_mut().for_each(|y| *y = p.greatest.min(*y));
    });
}
