//! What AVERAGE_POOL_2D and MAX_POOL_2D share: all but the arithmetic.

use super::activation::Activation;
use super::window;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::shapes::Window;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{QUANTIZE, Reader};
use crate::schema::tflite;

/// A window over which each channel becomes one value.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) window: Window,
    pub(crate) ty: ElementType,
    activation: Activation,
}

/// Scales that differ by no more are the same to the reference.
const SAME_SCALE: f64 = 1e-6;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Pool, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    let ty = reader.one_of(input, "input", &[ElementType::Int8, ElementType::Int16])?;
    reader.same_type(input, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_pool_2_doptions)?;
    let (scale, zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, output_zero_point) = reader.per_tensor(output, "output")?;
    let difference = (f64::from(scale) - f64::from(output_scale)).abs();
    if difference > SAME_SCALE || zero_point != output_zero_point {
        return Err(Problem::new(
            format!(
                "scale {scale} and zero point {zero_point} become {output_scale} and {output_zero_point}"
            ),
            format!("{} leaves both as they are", reader.name),
            QUANTIZE,
        ));
    }
    let [.., channels] = reader.nhwc(input, "input")?;
    let taps = window::taps(reader, options.filter_height(), options.filter_width())?;
    let geometry = window::Options {
        padding: options.padding(),
        stride: [options.stride_h(), options.stride_w()],
        dilation: [1, 1],
    };
    let window = window::read(reader, input, output, taps, channels, &geometry)?;
    let activation = Activation::read(options.fused_activation_function())?;
    Ok(Pool { window, ty, activation })
}

impl Pool {
    /// The range that the fused activation leaves.
    pub(crate) fn range(&self, to: &Lowering<'_>) -> Result<(i32, i32), Bug> {
        let (scale, zero_point) = to.scale_and_zero_point(to.output(0)?);
        Ok(self.activation.range(scale, zero_point, self.ty))
    }

    /// Appends the call of a kernel.
    pub(crate) fn call(
        &self,
        to: &mut Lowering<'_>,
        module: &'static str,
        kernel: &'static str,
        params: &dyn std::fmt::Debug,
    ) -> Result<(), Bug> {
        let args = vec![
            Arg::Window("input", to.read(to.input(0)?)?, Access::Read),
            Arg::Window("output", to.write(to.output(0)?)?, Access::Write),
        ];
        to.call(module, kernel, params, args, 0);
        Ok(())
    }
}
