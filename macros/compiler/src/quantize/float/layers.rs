//! Operators with weights, in floating point.

// Sizes were checked when the model was read; values of floats overflow to infinity.
#![allow(clippy::arithmetic_side_effects)]

use super::{Operands, Value};
use crate::kernels::shapes::{Axis, Window};
use crate::ops::activation::Activation;
use crate::ops::window;
use crate::schema::tflite::{ActivationFunctionType, Padding};

/// The output of an operator with weights; `None` if it is none.
pub(super) fn compute(of: &Operands<'_, '_>) -> Option<Value> {
    let output = match of.reader.name {
        "CONV_2D" => conv_2d(of)?,
        "DEPTHWISE_CONV_2D" => depthwise_conv_2d(of)?,
        "FULLY_CONNECTED" => fully_connected(of)?,
        "TRANSPOSE_CONV" => transpose_conv(of)?,
        "BATCH_MATMUL" => batch_matmul(of)?,
        _ => return None,
    };
    Some(Value::Real(output))
}

/// Products of two rows, added up in eight sums.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (mut left, mut right) = (a, b);
    let mut sums = [0f32; 8];
    // Patterns, and numbers rather than references: macros are not optimized, and then all else is a call.
    while let ([a, b, c, d, e, f, g, h, rest @ ..], [p, q, r, s, t, u, v, w, others @ ..]) = (left, right) {
        sums[0] += *a * *p;
        sums[1] += *b * *q;
        sums[2] += *c * *r;
        sums[3] += *d * *s;
        sums[4] += *e * *t;
        sums[5] += *f * *u;
        sums[6] += *g * *v;
        sums[7] += *h * *w;
        (left, right) = (rest, others);
    }
    let rest: f32 = left.iter().zip(right).map(|(x, y)| x * y).sum();
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + rest
}

/// `sums += factor · row`, element by element.
fn add_scaled(mut sums: &mut [f32], mut row: &[f32], factor: f32) {
    while let ([sum, sums_left @ ..], [x, left @ ..]) = (sums, row) {
        *sum += *x * factor;
        (sums, row) = (sums_left, left);
    }
}

/// `sums += left · right`, element by element.
fn add_products(mut sums: &mut [f32], mut left: &[f32], mut right: &[f32]) {
    while let ([sum, sums_left @ ..], [a, rest @ ..], [b, others @ ..]) = (sums, left, right) {
        *sum += *a * *b;
        (sums, left, right) = (sums_left, rest, others);
    }
}

/// Limits all values as a fused activation does.
pub(super) fn activate(values: &mut [f32], activation: ActivationFunctionType) -> Option<()> {
    let (low, high) = Activation::read(activation).ok()?.bounds();
    if let Some(low) = low {
        values.iter_mut().for_each(|x| *x = x.max(low));
    }
    if let Some(high) = high {
        values.iter_mut().for_each(|x| *x = x.min(high));
    }
    Some(())
}

/// The bias, repeated for every pixel.
fn biased(bias: Option<&[f32]>, units: usize) -> Vec<f32> {
    bias.map_or_else(|| vec![0.0; units], <[f32]>::to_vec)
}

/// Positions of the input that one window reaches, with the number of each tap.
pub(super) fn taps(axis: Axis, output: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..axis.taps).filter_map(move |tap| {
        let at = (output * axis.stride + tap * axis.dilation).checked_sub(axis.pad)?;
        (at < axis.input).then_some((tap, at))
    })
}

/// Calls `f` with the number of the picture, row and column of each pixel of the output, in order.
pub(super) fn each_pixel(
    pictures: usize,
    window: Window,
    mut f: impl FnMut(usize, usize, usize) -> Option<()>,
) -> Option<()> {
    for picture in 0..pictures {
        for y in 0..window.y.output {
            for x in 0..window.x.output {
                f(picture, y, x)?;
            }
        }
    }
    Some(())
}

/// The geometry of a convolution whose filters have these rows and columns.
pub(super) fn conv_window(of: &Operands<'_, '_>, taps: [usize; 2], units: usize) -> Option<Window> {
    let options = of.reader.operator.builtin_options_as_conv_2_doptions()?;
    let geometry = window::Options {
        padding: options.padding(),
        stride: [options.stride_h(), options.stride_w()],
        dilation: [options.dilation_h_factor(), options.dilation_w_factor()],
    };
    of.window(taps, units, &geometry)
}

/// The same of a depthwise convolution.
pub(super) fn depthwise_window(of: &Operands<'_, '_>, taps: [usize; 2], units: usize) -> Option<Window> {
    let options = of.reader.operator.builtin_options_as_depthwise_conv_2_doptions()?;
    let geometry = window::Options {
        padding: options.padding(),
        stride: [options.stride_h(), options.stride_w()],
        dilation: [options.dilation_h_factor(), options.dilation_w_factor()],
    };
    of.window(taps, units, &geometry)
}

/// Calls `f` with what each wanted pixel of each group of a convolution's output is computed from.
pub(super) fn patches(
    of: &Operands<'_, '_>,
    wanted: &dyn Fn(usize) -> bool,
    f: &mut dyn FnMut(usize, &[f32]) -> Option<()>,
) -> Option<()> {
    let input = of.real(0)?;
    let [units, rows, columns, depth] = *of.shape(1)? else { return None };
    let window = conv_window(of, [rows, columns], units)?;
    let Window { y: axis_y, x: axis_x, channels, .. } = window;
    let mut patch = vec![0f32; rows * columns * depth];
    let mut pixel = 0;
    each_pixel(*of.shape(0)?.first()?, window, |picture, y, x| {
        pixel += 1;
        if !wanted(pixel - 1) {
            return Some(());
        }
        for group in 0..channels.checked_div(depth)? {
            patch.fill(0.0);
            for (row, from_y) in taps(axis_y, y) {
                for (column, from_x) in taps(axis_x, x) {
                    let from = ((picture * axis_y.input + from_y) * axis_x.input + from_x) * channels
                        + group * depth;
                    let to = (row * columns + column) * depth;
                    patch.get_mut(to..to + depth)?.copy_from_slice(input.get(from..from + depth)?);
                }
            }
            f(group, &patch)?;
        }
        Some(())
    })
}

fn conv_2d(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let weights = of.real(1)?;
    let options = of.reader.operator.builtin_options_as_conv_2_doptions()?;
    let &[units, .., depth] = of.shape(1)? else { return None };
    let units_of_group = units.checked_div(of.shape(0)?.last()?.checked_div(depth)?)?;
    let bias = biased(of.real(2), units);
    let mut output = Vec::with_capacity(of.output_shape()?.iter().product());
    patches(of, &|_| true, &mut |group, patch| {
        let first = group * units_of_group;
        let filters = weights.chunks_exact(patch.len()).skip(first).take(units_of_group);
        output.extend(filters.zip(bias.get(first..)?).map(|(filter, bias)| dot(patch, filter) + bias));
        Some(())
    })?;
    activate(&mut output, options.fused_activation_function())?;
    Some(output)
}

fn depthwise_conv_2d(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let (input, weights) = (of.real(0)?, of.real(1)?);
    let options = of.reader.operator.builtin_options_as_depthwise_conv_2_doptions()?;
    let [_, rows, columns, units] = *of.shape(1)? else { return None };
    let window = depthwise_window(of, [rows, columns], units)?;
    let Window { y: axis_y, x: axis_x, channels, .. } = window;
    let multiplier = units.checked_div(channels)?;
    let bias = biased(of.real(2), units);
    let pictures = of.shape(0)?.first()?;
    let mut output = Vec::with_capacity(pictures * axis_y.output * axis_x.output * units);
    each_pixel(*pictures, window, |picture, y, x| {
        let mut sums = bias.clone();
        for (row, from_y) in taps(axis_y, y) {
            for (column, from_x) in taps(axis_x, x) {
                let from = ((picture * axis_y.input + from_y) * axis_x.input + from_x) * channels;
                let pixel = input.get(from..from + channels)?;
                let at = (row * columns + column) * units;
                let filter = weights.get(at..at + units)?;
                let blocks = sums.chunks_exact_mut(multiplier).zip(filter.chunks_exact(multiplier));
                match multiplier {
                    1 => add_products(&mut sums, filter, pixel),
                    _ => blocks.zip(pixel).for_each(|((sums, filter), x)| add_scaled(sums, filter, *x)),
                }
            }
        }
        output.extend(sums);
        Some(())
    })?;
    activate(&mut output, options.fused_activation_function())?;
    Some(output)
}

fn fully_connected(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let (input, weights) = (of.real(0)?, of.real(1)?);
    let options = of.reader.operator.builtin_options_as_fully_connected_options()?;
    let [units, depth] = *of.shape(1)? else { return None };
    let bias = biased(of.real(2), units);
    let row = |row: &[f32]| -> Vec<f32> {
        weights.chunks_exact(depth).zip(&bias).map(|(filter, bias)| dot(row, filter) + bias).collect()
    };
    let mut output: Vec<f32> = input.chunks_exact(depth).flat_map(row).collect();
    activate(&mut output, options.fused_activation_function())?;
    Some(output)
}

fn transpose_conv(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let (weights, input) = (of.real(1)?, of.real(2)?);
    let options = of.reader.operator.builtin_options_as_transpose_conv_options()?;
    let &[units, rows, columns, depth] = of.shape(1)? else { return None };
    let &[pictures, height, width, _] = of.shape(2)? else { return None };
    let &[_, to_height, to_width, _] = of.output_shape()? else { return None };
    let stride = |stride: i32| usize::try_from(stride).ok();
    let (stride_y, stride_x) = (stride(options.stride_h())?, stride(options.stride_w())?);
    let pad = |size: usize, taps: usize, stride: usize| match options.padding() {
        Padding::SAME => ((size.div_ceil(stride).saturating_sub(1)) * stride + taps).saturating_sub(size) / 2,
        _ => 0,
    };
    let (pad_y, pad_x) = (pad(to_height, rows, stride_y), pad(to_width, columns, stride_x));
    let bias = biased(of.real(3), units);
    let mut output = bias.repeat(pictures * to_height * to_width);
    for (at, pixel) in input.chunks_exact(depth).enumerate() {
        let (x, rest) = (at.checked_rem(width)?, at.checked_div(width)?);
        let (y, picture) = (rest.checked_rem(height)?, rest.checked_div(height)?);
        for (at, filter) in weights.chunks_exact(depth).enumerate() {
            let (column, rest) = (at.checked_rem(columns)?, at.checked_div(columns)?);
            let (row, unit) = (rest.checked_rem(rows)?, rest.checked_div(rows)?);
            let to = (y * stride_y + row).checked_sub(pad_y).zip((x * stride_x + column).checked_sub(pad_x));
            let Some((to_y, to_x)) = to.filter(|&(y, x)| y < to_height && x < to_width) else { continue };
            let place = ((picture * to_height + to_y) * to_width + to_x) * units + unit;
            *output.get_mut(place)? += dot(pixel, filter);
        }
    }
    activate(&mut output, options.fused_activation_function())?;
    Some(output)
}

/// Two matrices and how many times both are repeated.
fn batch_matmul(of: &Operands<'_, '_>) -> Option<Vec<f32>> {
    let options = of.reader.operator.builtin_options_as_batch_mat_mul_options()?;
    let (left, left_shape) = matrices(of.real(0)?, of.shape(0)?, options.adj_x())?;
    // Columns are read as rows.
    let (right, right_shape) = matrices(of.real(1)?, of.shape(1)?, !options.adj_y())?;
    let (shape, rows) = (of.output_shape()?, left_shape.len().checked_sub(2)?);
    let outer = shape.get(..shape.len().checked_sub(2)?)?;
    let size = |shape: &[usize]| shape.iter().rev().take(2).product::<usize>();
    let (depth, width) = (*left_shape.last()?, *right_shape.get(right_shape.len().checked_sub(2)?)?);
    let height = *left_shape.get(rows)?;
    let mut output = Vec::with_capacity(shape.iter().product());
    for batch in 0..outer.iter().product() {
        let a = batch_of(batch, outer, &left_shape)? * size(&left_shape);
        let b = batch_of(batch, outer, &right_shape)? * size(&right_shape);
        let (a, b) = (left.get(a..a + height * depth)?, right.get(b..b + width * depth)?);
        for row in a.chunks_exact(depth) {
            output.extend(b.chunks_exact(depth).map(|column| dot(row, column)));
        }
    }
    Some(output)
}

/// Matrices, with rows and columns exchanged if need be, and their shape.
fn matrices(values: &[f32], shape: &[usize], transpose: bool) -> Option<(Vec<f32>, Vec<usize>)> {
    let mut shape = shape.to_vec();
    if !transpose {
        return Some((values.to_vec(), shape));
    }
    let last = shape.len().checked_sub(1)?;
    let (height, width) = (*shape.get(last.checked_sub(1)?)?, *shape.get(last)?);
    let turned = values.chunks_exact((height * width).max(1)).flat_map(|matrix| {
        (0..width).flat_map(move |column| matrix.iter().skip(column).step_by(width).copied())
    });
    let turned = turned.collect();
    shape.swap(last - 1, last);
    Some((turned, shape))
}

/// Which matrix of an operand belongs to a batch of the output.
fn batch_of(batch: usize, outer: &[usize], shape: &[usize]) -> Option<usize> {
    let own = shape.get(..shape.len().checked_sub(2)?)?;
    let (mut rest, mut at, mut stride) = (batch, 0, 1);
    for (index, &size) in outer.iter().rev().enumerate() {
        let position = rest.checked_rem(size)?;
        rest = rest.checked_div(size)?;
        let along = own.len().checked_sub(index + 1).and_then(|axis| own.get(axis).copied()).unwrap_or(1);
        if along > 1 {
            at += position * stride;
        }
        stride *= along;
    }
    Some(at)
}

/// `1 / (1 + exp(-x))`.
pub(super) fn sigmoid(x: f32) -> f32 {
    (1.0 / (1.0 + libm::exp(-f64::from(x)))) as f32
}

/// The hyperbolic tangent.
pub(super) fn tanh(x: f32) -> f32 {
    libm::tanh(f64::from(x)) as f32
}

impl Operands<'_, '_> {
    /// The geometry of a window that moves over the input.
    pub(super) fn window(&self, taps: [usize; 2], units: usize, options: &window::Options) -> Option<Window> {
        let (input, output) = (self.reader.input(0).ok()?, self.reader.output(0).ok()?);
        window::read(self.reader, input, output, taps, units, options).ok()
    }
}
