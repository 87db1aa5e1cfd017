//! What AVERAGE_POOL_2D and MAX_POOL_2D share: all but the arithmetic.

use super::activation::Activation;
use super::channels::Cut;
use super::window;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::shapes::Window;
use crate::lower::{Bug, Lowering};
use crate::program::{Arg, Params, Planes};
use crate::ranges::{Known, Ranges, channels};
use crate::read::{QUANTIZE, Reader};
use crate::schema::tflite;

/// A window over which each channel becomes one value.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) window: Window,
    pub(crate) ty: ElementType,
    /// The least and the greatest output, after the fused activation.
    pub(crate) range: (i32, i32),
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
    let range = Activation::read(options.fused_activation_function())?.of_output(reader, output)?;
    Ok(Pool { window, ty, range })
}

impl Pool {
    /// Means and greatest values are none but what lies between the values that they are of.
    pub(crate) fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let (least, greatest) = self.range;
        Some(vec![known.ranges(0)?.map(|values| values.clamped(least, greatest))])
    }

    /// A window of one pixel, which leaves every value within the range as it is.
    pub(crate) fn is_identity(&self, known: &Known<'_>) -> bool {
        let Window { y, x, .. } = self.window;
        let (least, greatest) = self.range;
        let inside = known.ranges(0).map(|ranges| ranges.hull());
        let inside = inside.is_some_and(|values| least <= values.least && values.greatest <= greatest);
        inside && y.is_pointwise() && x.is_pointwise()
    }

    pub(crate) fn without_channels(&self, cut: &Cut<'_>) -> Option<Self> {
        let left = channels(cut.tensor(0)?);
        let window = Window { channels: left, units: left, ..self.window };
        Some(Self { window, ..self.clone() })
    }

    /// Appends the call of a kernel.
    pub(crate) fn call(
        &self,
        to: &mut Lowering<'_>,
        module: &'static str,
        kernel: &'static str,
        params: &dyn Params,
    ) -> Result<(), Bug> {
        let args = vec![Arg::Planes(Planes::new(to.read(to.input(0)?)?, to.write(to.output(0)?)?, |len| {
            self.window.reach(len)
        }))];
        to.call(module, kernel, params, args, 0);
        Ok(())
    }
}
