//! The list of the kernels: how each is called.

use super::slot::{Anywhere, Of, Slot, Take};
use crate::kernels::conv_2d::{Conv2d16, FullyConnected16};
use crate::kernels::depthwise_conv_2d::DepthwiseConv2d16;
use crate::kernels::planes::Planes;
use crate::kernels::shapes::{Accumulator, Broadcast, Loop, Sum, Sum32, Sum64, Sum64In32, Window};
use crate::kernels::*;
use crate::ops::sums::Sums;
use crate::program::Call;

type Loops = Vec<Loop>;

/// The next argument, of the type that the kernel wants.
fn next<'a, T: Take<'a>>(slots: &mut std::slice::IterMut<'a, Slot>) -> Option<T> {
    T::take(slots.next()?)
}

/// The next two arguments, an input and an output in memory of their own.
fn planes<'a, T: Of>(slots: &mut std::slice::IterMut<'a, Slot>) -> Option<Planes<'a, T>> {
    let input = next(slots)?;
    Some(Planes::apart(input, next(slots)?))
}

/// The next argument, of a type that the kernel does not say.
fn any<'a, T>(slots: &mut std::slice::IterMut<'a, Slot>) -> Option<Anywhere<'a, T>>
where
    Anywhere<'a, T>: Take<'a>,
{
    next(slots)
}

/// Calls the kernel of one of these names with these arguments. Those of the second list are for any type of
/// elements, which the argument of that number says.
macro_rules! kernels {
    ($call:ident, $slots:ident:
        [$($module:ident::$kernel:ident($p:expr $(, $argument:ident)*);)*]
        [$($any_module:ident::$any_kernel:ident($any_p:expr, $by:literal $(, $any_argument:ident)*);)*]
    ) => {
        match ($call.module, $call.kernel) {
            $((stringify!($module), stringify!($kernel)) => {
                let mut slots = $slots.iter_mut();
                $module::$kernel($p, $($argument(&mut slots)?),*);
                Some(())
            })*
            $((stringify!($any_module), stringify!($any_kernel)) => {
                macro_rules! with {
                    ($t:ty) => {{
                        let mut slots = $slots.iter_mut();
                        $any_module::$any_kernel::<$t>($any_p, $($any_argument(&mut slots)?),*);
                        Some(())
                    }};
                }
                match $slots.get($by)? {
                    Slot::I8(_) => with!(i8),
                    Slot::U8(_) => with!(u8),
                    Slot::I16(_) => with!(i16),
                    Slot::U16(_) => with!(u16),
                    Slot::I32(_) => with!(i32),
                    Slot::U32(_) => with!(u32),
                }
            })*
            _ => special($call, $slots),
        }
    };
}

/// Calls the kernel of a call; `None` if it is not among those that run here.
pub(super) fn run(call: &Call, slots: &mut [Slot]) -> Option<()> {
    let p = &call.parameters;
    kernels! { call, slots: [
        abs::abs_s16(p.get()?, next, next);
        add::add_s8(p.get::<Sum<Loops>>()?, any, any, next);
        add::add_s16(p.get::<Sum<Loops>>()?, any, any, next);
        add::add_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        comparison::equal_s8(p.get::<comparison::Comparison<Loops>>()?, any, any, next);
        comparison::equal_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        comparison::not_equal_s8(p.get::<comparison::Comparison<Loops>>()?, any, any, next);
        comparison::not_equal_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        comparison::less_s8(p.get::<comparison::Comparison<Loops>>()?, any, any, next);
        comparison::less_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        comparison::less_equal_s8(p.get::<comparison::Comparison<Loops>>()?, any, any, next);
        comparison::less_equal_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        comparison::equal_u8(p.get::<Broadcast<Loops>>()?, any, any, next);
        comparison::not_equal_u8(p.get::<Broadcast<Loops>>()?, any, any, next);
        add_n::add_2_s8(p.get()?, any, any, next);
        add_n::add_3_s8(p.get()?, any, any, any, next);
        add_n::add_4_s8(p.get()?, any, any, any, any, next);
        add_n::add_5_s8(p.get()?, any, any, any, any, any, next);
        add_n::add_6_s8(p.get()?, any, any, any, any, any, any, next);
        add_n::add_7_s8(p.get()?, any, any, any, any, any, any, any, next);
        add_n::add_8_s8(p.get()?, any, any, any, any, any, any, any, any, next);
        arg::arg_max_s8(p.get()?, next, next);
        arg::arg_min_s8(p.get()?, next, next);
        average_pool_2d::average_pool_2d_s8(p.get()?, planes);
        average_pool_2d::average_pool_2d_half_up_s8(p.get()?, planes);
        average_pool_2d::average_pool_2d_s16(p.get()?, planes);
        batch_matmul::batch_matmul_s8(p.get()?, any, any, next);
        batch_matmul::batch_matmul_s16(p.get()?, any, any, next);
        clamp::clamp_s8(p.get()?, next, next);
        clamp::clamp_s16(p.get()?, next, next);
        conv_2d::conv_2d_1x1_s8(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_1x1_narrow_s8(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_contiguous_s8(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_contiguous_narrow_s8(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_s8(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_narrow_s8(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_1x1_s4(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_s4(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_1x1_offset_s8(p.get()?, next, next, next, next, planes);
        conv_2d::conv_2d_offset_s8(p.get()?, next, next, next, next, planes);
        cumsum::cumsum_s8(p.get()?, next, next);
        depthwise_conv_2d::depthwise_conv_2d_s8(p.get()?, next, next, next, next, planes);
        depthwise_conv_2d::depthwise_conv_2d_narrow_s8(p.get()?, next, next, next, next, planes);
        depthwise_conv_2d::depthwise_conv_2d_multiplier_s8(p.get()?, next, next, next, next, planes);
        depthwise_conv_2d::depthwise_conv_2d_multiplier_narrow_s8(p.get()?, next, next, next, next, planes);
        depthwise_conv_2d::depthwise_conv_2d_ring_s8(p.get()?, next, next, next, next, next, next, next);
        depthwise_conv_2d::depthwise_conv_2d_ring_narrow_s8(p.get()?, next, next, next, next, next, next, next);
        depthwise_conv_2d::depthwise_conv_2d_offset_s8(p.get()?, next, next, next, next, planes);
        div::div_s8(p.get::<div::Quotient<Loops>>()?, any, any, next);
        div::div_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        fours::depthwise_conv_2d_fours_s8(p.get()?, next, next, planes);
        fours::fully_connected_fours_s8(p.get()?, next, next, planes);
        fully_connected::fully_connected_s8(p.get()?, next, next, next, next, planes);
        fully_connected::fully_connected_narrow_s8(p.get()?, next, next, next, next, planes);
        fully_connected::fully_connected_few_narrow_s8(p.get()?, next, next, next, next, planes);
        fully_connected::fully_connected_s4(p.get()?, next, next, next, next, planes);
        fully_connected::fully_connected_offset_s8(p.get()?, next, next, next, next, planes);
        fully_connected::fully_connected_ring_s8(p.get()?, next, next, next, next, next, next, next);
        fully_connected::fully_connected_ring_narrow_s8(p.get()?, next, next, next, next, next, next, next);
        l2_normalization::l2_normalization_s8(p.get()?, next, next);
        leaky_relu::leaky_relu_s16(p.get()?, next, next);
        log_softmax::log_softmax_s8(p.get()?, next, next, next);
        logical::logical_and_u8(p.get::<Broadcast<Loops>>()?, any, any, next);
        logical::logical_or_u8(p.get::<Broadcast<Loops>>()?, any, any, next);
        logical::logical_not_u8(p.get()?, next, next);
        lookup::lookup_s8(p.get()?, next, next, next);
        maximum::maximum_s8(p.get::<Broadcast<Loops>>()?, any, any, next);
        maximum::maximum_s16(p.get::<Broadcast<Loops>>()?, any, any, next);
        maximum::maximum_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        mean::mean_s8(p.get()?, next, next);
        mean::mean_s16(p.get()?, next, next);
        minimum::minimum_s8(p.get::<Broadcast<Loops>>()?, any, any, next);
        minimum::minimum_s16(p.get::<Broadcast<Loops>>()?, any, any, next);
        minimum::minimum_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        mul::mul_s8(p.get::<mul::Product<Loops>>()?, any, any, next);
        mul::mul_s16(p.get::<mul::Product<Loops>>()?, any, any, next);
        mul::mul_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        prelu::prelu_s8(p.get::<prelu::Prelu<Loops>>()?, any, any, next);
        prelu::prelu_s16(p.get::<prelu::Prelu<Loops>>()?, any, any, next);
        quantize::shift_u8_s8(p.get()?, any, next);
        quantize::shift_s8_u8(p.get()?, any, next);
        quantize::quantize_s8_s8(p.get()?, any, next);
        quantize::quantize_s8_s16(p.get()?, any, next);
        quantize::quantize_s8_s32(p.get()?, any, next);
        quantize::quantize_s16_s8(p.get()?, any, next);
        quantize::quantize_s16_s16(p.get()?, any, next);
        quantize::quantize_s16_s32(p.get()?, any, next);
        quantize::quantize_s32_s8(p.get()?, any, next);
        quantize::quantize_s32_s16(p.get()?, any, next);
        reduce::reduce_max_s8(p.get()?, next, next);
        reduce::reduce_min_s8(p.get()?, next, next);
        relu::relu_s16(p.get()?, next, next);
        resize_bilinear::resize_bilinear_s8(p.get()?, next, next, next, next);
        sigmoid::logistic_s16(p.get()?, next, next, next);
        sigmoid::tanh_s16(p.get()?, next, next, next);
        pairs::fully_connected_bytes_s8(p.get()?, next, planes);
        pairs::fully_connected_pairs_s8(p.get()?, next, planes);
        softmax::softmax_s8(p.get()?, next, next, next, next);
        softmax::softmax_s8_u8(p.get()?, next, next, next, next);
        softmax::softmax_s8_s16(p.get()?, next, next, next);
        softmax::softmax_s16(p.get()?, next, next, next, next);
        squared_difference::squared_difference_s8(p.get::<Sum<Loops>>()?, any, any, next);
        squared_difference::squared_difference_s16(p.get::<Sum<Loops>>()?, any, any, next);
        squared_difference::squared_difference_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        sub::sub_s8(p.get::<Sum<Loops>>()?, any, any, next);
        sub::sub_s16(p.get::<Sum<Loops>>()?, any, any, next);
        sub::sub_s32(p.get::<Broadcast<Loops>>()?, any, any, next);
        svdf::svdf_s8(p.get()?, next, next, next, next, next, next, next, next);
        svdf::svdf_s16(p.get()?, next, next, next, next, next, next, next, next);
        transpose_conv::transpose_conv_s8(p.get()?, next, next, next, next, next, next, next);
        units::fully_connected_units_s8(p.get()?, next, planes);
        units::conv_2d_units_s8(p.get()?, next, planes);
        units::conv_2d_3x3_units_s8(p.get()?, next, planes);
        units::depthwise_conv_2d_units_s8(p.get()?, next, planes);
        units::depthwise_conv_2d_3x3_units_s8(p.get()?, next, planes);
        units::depthwise_conv_2d_3x3_stride_2_units_s8(p.get()?, next, planes);
        unidirectional_sequence_lstm::unidirectional_sequence_lstm_s8(p.get()?, next, next, next, next, next, next, next, next, next);
    ] [
        assign_variable::assign_variable(p.get()?, 0, next, next);
        constant::constant(p.get()?, 0, next, next);
        ring::push(p.get()?, 0, next, next, next);
        ring::unroll(p.get()?, 0, next, next, next);
        ring::copy(p.get()?, 0, next, next, next);
    ] }
}

/// Kernels that need more than a name to be called.
fn special(call: &Call, slots: &mut [Slot]) -> Option<()> {
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
        ("fours", "conv_2d_fours_s8") => {
            let p = p.get::<fours::WindowFours>()?;
            let Window { x, y, channels, .. } = p.window;
            let filter = y.taps.saturating_mul(x.taps).saturating_mul(channels);
            let (mut a, mut b) = (vec![0; filter], vec![0; filter]);
            let mut s = slots.iter_mut();
            let (weights, constants) = (next(&mut s)?, next(&mut s)?);
            fours::conv_2d_fours_in_s8(p, [&mut a, &mut b], weights, constants, planes(&mut s)?);
            Some(())
        }
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
