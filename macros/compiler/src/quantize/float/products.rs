//! What operators multiply with their weights: the rows of a matrix, so that weights can be fitted to them.

// Sizes were checked when the model was read.
#![allow(clippy::arithmetic_side_effects)]

use super::Operands;
use super::layers::{depthwise_window, each_pixel, patches, taps};
use crate::kernels::shapes::Window;

/// How the weights of an operator lie: each unit has the same number of them, and sees one group of inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Products {
    /// Outputs.
    pub(crate) units: usize,
    /// Groups of inputs, each of which is seen by equally many units that follow each other.
    pub(crate) groups: usize,
    /// Weights of a unit.
    pub(crate) depth: usize,
    /// Between one weight of a unit and the next.
    pub(crate) stride: usize,
}

impl Products {
    /// Where the weights of a unit are.
    pub(crate) fn places(self, unit: usize) -> impl Iterator<Item = usize> {
        let first = if self.stride == 1 { unit * self.depth } else { unit };
        (0..self.depth).map(move |at| first + at * self.stride)
    }
}

/// Calls `row` with the group and with what its units multiply, for the wanted ones of all pixels.
pub(super) fn products(
    of: &Operands<'_, '_>,
    wanted: &dyn Fn(usize) -> bool,
    row: &mut dyn FnMut(usize, &[f32]),
) -> Option<Products> {
    match of.reader.name {
        "CONV_2D" => {
            let &[units, rows, columns, depth] = of.shape(1)? else { return None };
            patches(of, wanted, &mut |group, patch| {
                row(group, patch);
                Some(())
            })?;
            let groups = of.shape(0)?.last()?.checked_div(depth)?;
            Some(Products { units, groups, depth: rows * columns * depth, stride: 1 })
        }
        "DEPTHWISE_CONV_2D" => depthwise(of, wanted, row),
        "FULLY_CONNECTED" => {
            let &[units, depth] = of.shape(1)? else { return None };
            let rows = of.real(0)?.chunks_exact(depth).enumerate();
            rows.filter(|(at, _)| wanted(*at)).for_each(|(_, inputs)| row(0, inputs));
            Some(Products { units, groups: 1, depth, stride: 1 })
        }
        _ => None,
    }
}

fn depthwise(
    of: &Operands<'_, '_>,
    wanted: &dyn Fn(usize) -> bool,
    row: &mut dyn FnMut(usize, &[f32]),
) -> Option<Products> {
    let input = of.real(0)?;
    let &[_, rows, columns, units] = of.shape(1)? else { return None };
    let window = depthwise_window(of, [rows, columns], units)?;
    let Window { y: axis_y, x: axis_x, channels, .. } = window;
    let mut patch = vec![0f32; rows * columns];
    // What the taps on the picture see, which moves on with the channels.
    let mut seen: Vec<(usize, usize)> = Vec::with_capacity(rows * columns);
    let mut pixel = 0;
    each_pixel(*of.shape(0)?.first()?, window, |picture, y, x| {
        pixel += 1;
        if !wanted(pixel - 1) {
            return Some(());
        }
        seen.clear();
        for (tap_y, from_y) in taps(axis_y, y) {
            seen.extend(taps(axis_x, x).map(|(tap_x, from_x)| {
                let from = ((picture * axis_y.input + from_y) * axis_x.input + from_x) * channels;
                (tap_y * columns + tap_x, from)
            }));
        }
        patch.fill(0.0);
        for channel in 0..channels {
            for &(tap, from) in &seen {
                *patch.get_mut(tap)? = *input.get(from + channel)?;
            }
            row(channel, &patch);
        }
        Some(())
    })?;
    Some(Products { units, groups: channels, depth: rows * columns, stride: units })
}
