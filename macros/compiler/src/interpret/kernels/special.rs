//! Kernels that need more than a name to be called.

use super::{any, next, planes};
use crate::interpret::slot::{Of, Slot, Take};
use crate::kernels::conv_2d::{Conv2d16, FullyConnected16};
use crate::kernels::depthwise_conv_2d::DepthwiseConv2d16;
use crate::kernels::shapes::{Accumulator, Once, Requantization, Sum32, Sum64, Sum64In32, Window};
use crate::kernels::*;
use crate::ops::sums::Sums;
use crate::program::Call;

/// Kernels that need more than a name to be called.
pub(super) fn special(call: &Call, slots: &mut [Slot]) -> Option<()> {
    macro_rules! by_type {
        ($slot:literal, $t:ident, $slots:ident => $run:expr) => {{
            macro_rules! with {
                ($type:ty) => {{
                    type $t = $type;
                    let mut $slots = slots.iter_mut();
                    $run;
                    Some(())
                }};
            }
            match slots.get($slot)? {
                Slot::I8(_) => with!(i8),
                Slot::U8(_) => with!(u8),
                Slot::I16(_) => with!(i16),
                Slot::U16(_) => with!(u16),
                Slot::I32(_) => with!(i32),
                Slot::U32(_) => with!(u32),
            }
        }};
    }
    let p = &call.parameters;
    match (call.module, call.kernel) {
        ("movement", "copy_runs" | "copy_strided") => by_type!(0, T, s => {
            movement::copy_strided(p.get()?, any::<T>(&mut s)?, next(&mut s)?)
        }),
        ("resize_nearest_neighbor", _) => by_type!(2, T, s => {
            let (rows, columns) = (next(&mut s)?, next(&mut s)?);
            resize_nearest_neighbor::resize_nearest_neighbor(p.get()?, rows, columns, any::<T>(&mut s)?, next(&mut s)?)
        }),
        ("gather", "gather") => by_type!(0, T, s => {
            gather::gather(p.get()?, any::<T>(&mut s)?, any::<i32>(&mut s)?, next(&mut s)?)
        }),
        ("gather", "gather_nd") => by_type!(0, T, s => gather_nd::<T>(call, &mut s)?),
        ("fours", "conv_2d_fours_s8") => conv_2d_fours::<Requantization>(call, slots),
        ("fours", "conv_2d_fours_once_s8") => conv_2d_fours::<Once>(call, slots),
        ("winograd", _) => {
            let p = p.get::<winograd::Winograd>()?;
            let (mut x, mut patch) =
                (vec![[[0; 2]; 16]; p.window.channels / 2], vec![0; p.window.channels.saturating_mul(24)]);
            let mut s = slots.iter_mut();
            p.convolve(next(&mut s)?, planes(&mut s)?, &mut x, &mut patch);
            Some(())
        }
        ("cast", "cast") => {
            let mut s = slots.iter_mut();
            cast(s.next()?, s.next()?)
        }
        ("select", "select") => by_type!(1, T, s => {
            let condition = any::<u8>(&mut s)?;
            select::select(p.get()?, condition, any::<T>(&mut s)?, any::<T>(&mut s)?, next(&mut s)?)
        }),
        ("pad", "pad") => by_type!(0, T, s => {
            let &pad::Pad { value, place } = p.get::<pad::Pad<i32>>()?;
            pad::pad(&pad::Pad { value: value as T, place }, any::<T>(&mut s)?, next(&mut s)?)
        }),
        ("max_pool_2d", kernel) => {
            let &max_pool_2d::MaxPool2d { window, least, greatest } =
                p.get::<max_pool_2d::MaxPool2d<i32>>()?;
            let mut s = slots.iter_mut();
            match kernel {
                "max_pool_2d_s8" => {
                    let p = max_pool_2d::MaxPool2d { window, least: least as i8, greatest: greatest as i8 };
                    max_pool_2d::max_pool_2d_s8(&p, planes(&mut s)?);
                }
                _ => {
                    let p = max_pool_2d::MaxPool2d { window, least: least as i16, greatest: greatest as i16 };
                    max_pool_2d::max_pool_2d_s16(&p, planes(&mut s)?);
                }
            }
            Some(())
        }
        _ => with_sums(call, slots),
    }
}

/// The kernel has memory for what two windows see.
fn conv_2d_fours<R: fours::Form + 'static>(call: &Call, slots: &mut [Slot]) -> Option<()> {
    let p = call.parameters.get::<fours::WindowFours<R>>()?;
    let Window { x, y, channels, .. } = p.window;
    let filter = y.taps.saturating_mul(x.taps).saturating_mul(channels);
    let (mut a, mut b) = (vec![0; filter], vec![0; filter]);
    let mut s = slots.iter_mut();
    let (weights, constants) = (next(&mut s)?, next(&mut s)?);
    fours::conv_2d_fours_in_s8(p, [&mut a, &mut b], weights, constants, planes(&mut s)?);
    Some(())
}

/// The kernel has an array of the axes.
fn gather_nd<T: Of + Default>(call: &Call, slots: &mut std::slice::IterMut<'_, Slot>) -> Option<()> {
    let gather::GatherNd { axes, inner } = call.parameters.get::<gather::GatherNd<Vec<(usize, usize)>>>()?;
    let (input, positions) = (any::<T>(slots)?, any::<i32>(slots)?);
    let output = next(slots)?;
    macro_rules! with_axes {
        ($($count:literal)*) => {
            match axes.len() {
                $($count => {
                    let axes: [(usize, usize); $count] = axes.as_slice().try_into().ok()?;
                    gather::gather_nd(&gather::GatherNd { axes, inner: *inner }, input, positions, output);
                })*
                _ => return None,
            }
        };
    }
    with_axes!(0 1 2 3 4 5);
    Some(())
}

/// The kernel is for any two types of different sizes.
fn cast(input: &mut Slot, output: &mut Slot) -> Option<()> {
    use Slot::{I8, I16, I32, U8, U32};
    macro_rules! typed {
        ($($from:ident: $a:ty => $($to:ident: $b:ty)*;)*) => {
            match (&*input, &*output) {
                $($(($from(_), $to(_)) => {
                    cast::cast::<$a, $b>(&cast::Cast, Take::take(input)?, Take::take(output)?);
                })*)*
                _ => return None,
            }
        };
    }
    typed! {
        U8: u8 => I16: i16 I32: i32 U32: u32;
        I8: i8 => I16: i16 I32: i32 U32: u32;
        I16: i16 => I8: i8 I32: i32 U32: u32;
        I32: i32 => I8: i8 I16: i16;
        U32: u32 => I8: i8 I16: i16;
    }
    Some(())
}

/// Kernels of which there is one for each way to add up.
fn with_sums(call: &Call, slots: &mut [Slot]) -> Option<()> {
    let p = &call.parameters;
    let sums = match call.kernel {
        "conv_2d_1x1_s16" | "fully_connected_s16" => p.get::<FullyConnected16<Sums>>()?.sums,
        "conv_2d_s16" => p.get::<Conv2d16<Sums>>()?.sums,
        "depthwise_conv_2d_s16" => p.get::<DepthwiseConv2d16<Sums>>()?.sums,
        "transpose_conv_s16" => p.get::<transpose_conv::TransposeConv16<Sums>>()?.sums,
        "unidirectional_sequence_lstm_s16" => p.get::<unidirectional_sequence_lstm::Lstm16<Sums>>()?.sums,
        _ => return None,
    };
    if call.kernel == "unidirectional_sequence_lstm_s16" {
        return match sums {
            Sums::Sum64In32 => lstm(Sum64In32, call, slots),
            _ => lstm(Sum64, call, slots),
        };
    }
    match sums {
        Sums::Sum32 => added(Sum32, call, slots),
        Sums::Sum64 => added(Sum64, call, slots),
        Sums::Sum64In32 => added(Sum64In32, call, slots),
    }
}

fn added<A: Accumulator>(sums: A, call: &Call, slots: &mut [Slot]) -> Option<()>
where
    for<'a> crate::inner::flash::Flash<'a, A::Multiplier>: Take<'a>,
{
    let p = &call.parameters;
    let mut s = slots.iter_mut();
    let (weights, bias, multipliers, shifts) = (next(&mut s)?, next(&mut s)?, next(&mut s)?, next(&mut s)?);
    match call.kernel {
        "conv_2d_1x1_s16" | "fully_connected_s16" => {
            let &FullyConnected16 { depth, units, output: range, .. } = p.get::<FullyConnected16<Sums>>()?;
            let p = FullyConnected16 { depth, units, sums, output: range };
            fully_connected::fully_connected_s16(&p, weights, bias, multipliers, shifts, planes(&mut s)?);
        }
        "conv_2d_s16" => {
            let &Conv2d16 { window, depth, group, contiguous, output: range, .. } =
                p.get::<Conv2d16<Sums>>()?;
            let p = Conv2d16 { window, depth, group, contiguous, sums, output: range };
            conv_2d::conv_2d_s16(&p, weights, bias, multipliers, shifts, planes(&mut s)?);
        }
        "depthwise_conv_2d_s16" => {
            let &DepthwiseConv2d16 { window, output: range, .. } = p.get::<DepthwiseConv2d16<Sums>>()?;
            let p = DepthwiseConv2d16 { window, sums, output: range };
            depthwise_conv_2d::depthwise_conv_2d_s16(&p, weights, bias, multipliers, shifts, planes(&mut s)?);
        }
        _ => {
            let &transpose_conv::TransposeConv16 { shape, output: range, .. } =
                p.get::<transpose_conv::TransposeConv16<Sums>>()?;
            let p = transpose_conv::TransposeConv16 { shape, sums, output: range };
            let (input, output) = (next(&mut s)?, next(&mut s)?);
            transpose_conv::transpose_conv_s16(&p, weights, bias, multipliers, shifts, input, output);
        }
    }
    Some(())
}

fn lstm<A: Accumulator<Multiplier = i16>>(sums: A, call: &Call, slots: &mut [Slot]) -> Option<()> {
    use unidirectional_sequence_lstm::{Lstm16, unidirectional_sequence_lstm_s16};
    let &Lstm16 { layer, .. } = call.parameters.get::<Lstm16<Sums>>()?;
    let mut s = slots.iter_mut();
    unidirectional_sequence_lstm_s16(
        &Lstm16 { layer, sums },
        next(&mut s)?,
        next(&mut s)?,
        next(&mut s)?,
        next(&mut s)?,
        next(&mut s)?,
        next(&mut s)?,
        next(&mut s)?,
        next(&mut s)?,
    );
    Some(())
}
