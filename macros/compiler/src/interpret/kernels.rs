//! The list of the kernels: how each is called.

mod special;

use super::slot::{Anywhere, Of, Slot, Take};
use crate::kernels::planes::Planes;
use crate::kernels::shapes::{Broadcast, Loop, Sum};
use crate::kernels::*;
use crate::program::Call;
use special::special;

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
        average_pool_2d::average_pool_2d_inside_s8(p.get()?, planes);
        average_pool_2d::average_pool_2d_inside_half_up_s8(p.get()?, planes);
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
        fours::depthwise_conv_2d_fours_once_s8(p.get()?, next, next, planes);
        fours::fully_connected_fours_s8(p.get()?, next, next, planes);
        fours::fully_connected_fours_once_s8(p.get()?, next, next, planes);
        fours::fully_connected_row_fours_s8(p.get()?, next, next, planes);
        fours::fully_connected_row_fours_once_s8(p.get()?, next, next, planes);
        fully_connected::fully_connected_s8(p.get()?, next, next, next, next, planes);
        fully_connected::fully_connected_once_s8(p.get()?, next, next, next, planes);
        fully_connected::fully_connected_few_s8(p.get()?, next, next, next, next, planes);
        fully_connected::fully_connected_few_once_s8(p.get()?, next, next, next, planes);
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
        mean::mean_few_s8(p.get()?, next, next);
        mean::mean_short_s8(p.get()?, next, next);
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
        quantize::keep_u8_s8(p.get()?, any, next);
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
        pairs::fully_connected_pairs_once_s8(p.get()?, next, planes);
        softmax::softmax_s8(p.get()?, next, next, next, next);
        softmax::softmax_s8_u8(p.get()?, next, next, next, next);
        softmax::softmax_s8_s16(p.get()?, next, next, next);
        softmax::softmax_of_products_s8(p.get()?, next, next, next, next);
        softmax::softmax_of_products_s8_u8(p.get()?, next, next, next, next);
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
        units::conv_2d_3x3_units_of_bytes_s8(p.get()?, next, planes);
        units::depthwise_conv_2d_units_s8(p.get()?, next, planes);
        units::depthwise_conv_2d_3x3_dilated_units_s8(p.get()?, next, planes);
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
