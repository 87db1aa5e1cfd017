//! Pools and pictures of another size, in floating point.

// Sizes were checked when the model was read; values of floats overflow to infinity.
#![allow(clippy::arithmetic_side_effects)]

use super::layers::{activate, each_pixel, taps};
use super::{Operands, Value};
use crate::kernels::shapes::Window;
use crate::ops::window;

/// The output of an operator on pictures; `None` if it is none.
pub(super) fn compute(of: &Operands<'_, '_>) -> Option<Value> {
    let output = match of.reader.name {
        "AVERAGE_POOL_2D" => pool(of, 0.0, |sum, x| sum + x, |sum, count| sum / count as f32)?,
        "MAX_POOL_2D" => pool(of, f32::NEG_INFINITY, f32::max, |greatest, _| greatest)?,
        "RESIZE_BILINEAR" => resize_bilinear(of)?,
        _ => return None,
    };
    Some(Value::Real(output))
}

/// What a window comes to, channel by channel.
fn pool(
    of: &Operands<'_, '_>,
    start: f32,
    add: impl Fn(f32, f32) -> f32,
    finish: impl Fn(f32, usize) -> f32,
) -> Option<Vec<f32>> {
    let options = of.reader.operator.builtin_options_as_pool_2_doptions()?;
    let input = of.real(0)?;
    let &[pictures, .., channels] = of.shape(0)? else { return None };
    let geometry = window::Options {
        padding: options.padding(),
        stride: [options.stride_h(), options.stride_w()],
        dilation: [1, 1],
    };
    let [rows, columns] = [options.filter_height(), options.filter_width()].map(usize::try_from);
    let window = of.window([rows.ok()?, columns.ok()?], channels, &geometry)?;
    let Window { y: axis_y, x: axis_x, .. } = window;
    let mut output = Vec::with_capacity(pictures * axis_y.output * axis_x.output * channels);
    each_pixel(pictures, window, |picture, y, x| {
        let (mut sums, mut count) = (vec![start; channels], 0);
        for (_, from_y) in taps(axis_y, y) {
            for (_, from_x) in taps(axis_x, x) {
                let from = ((picture * axis_y.input + from_y) * axis_x.input + from_x) * channels;
                let pixel = input.get(from..from + channels)?;
                sums.iter_mut().zip(pixel).for_each(|(sum, x)| *sum = add(*sum, *x));
                count += 1;
            }
        }
        output.extend(sums.into_iter().map(|sum| finish(sum, count)));
        Some(())
    })?;
    activate(&mut output, options.fused_activation_function())?;
    Some(output)
}

/// For each position of the output both neighbours in the input, and how far it is from the first to the
/// second.
fn between(
    from: usize,
    to: usize,
    align_corners: bool,
    half_pixel_centers: bool,
) -> Vec<(usize, usize, f32)> {
    let scale = match align_corners && to > 1 {
        true => (from - 1) as f32 / (to - 1) as f32,
        false => from as f32 / to as f32,
    };
    let position = |at: usize| {
        let exact = match half_pixel_centers {
            true => (at as f32 + 0.5) * scale - 0.5,
            false => at as f32 * scale,
        };
        let last = from.saturating_sub(1);
        let lower = (libm::floorf(exact).max(0.0) as usize).min(last);
        (lower, (libm::ceilf(exact).max(0.0) as usize).min(last), exact - libm::floorf(exact).max(0.0))
    };
    (0..to).map(position).collect()
}

fn resize_bilinear(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let options = of.reader.operator.builtin_options_as_resize_bilinear_options()?;
    let input = of.real(0)?;
    let (&[pictures, height, width, channels], &[_, to_height, to_width, _]) =
        (of.shape(0)?, of.output_shape()?)
    else {
        return None;
    };
    let side = |from, to| between(from, to, options.align_corners(), options.half_pixel_centers());
    let (rows, columns) = (side(height, to_height), side(width, to_width));
    let mut output = Vec::with_capacity(pictures * to_height * to_width * channels);
    for picture in 0..pictures {
        for &(above, below, down) in &rows {
            for &(left, right, across) in &columns {
                let pixel = |y: usize, x: usize| {
                    let at = ((picture * height + y) * width + x) * channels;
                    input.get(at..at + channels)
                };
                let corners =
                    [pixel(above, left)?, pixel(above, right)?, pixel(below, left)?, pixel(below, right)?];
                let [a, b, c, d] = corners;
                let upper = a.iter().zip(b);
                let lower = c.iter().zip(d);
                output.extend(upper.zip(lower).map(|((a, b), (c, d))| {
                    a * (1.0 - down) * (1.0 - across)
                        + c * down * (1.0 - across)
                        + b * (1.0 - down) * across
                        + d * down * across
                }));
            }
        }
    }
    Some(output)
}
