//! SignalFramer: overlapping frames of a stream.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Bool, Int16, UInt16};
use crate::kernels::signal_framer::SignalFramer;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    params: SignalFramer,
    channels: usize,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 2)?;
    let (input, output, valid) = (reader.input(0)?, reader.output(0)?, reader.output(1)?);
    signal::typed(reader, input, "input", Int16)?;
    signal::typed(reader, output, "output", Int16)?;
    signal::typed(reader, valid, "validity", Bool)?;
    signal::shaped(reader, valid, "validity", &[])?;
    let options = reader.custom_options(&["frame_size", "frame_step", "prefill"])?;
    let frame = reader.custom_in_range(&options, "frame_size", 1..=signal::MOST_STEPS)?;
    let step = reader.custom_in_range(&options, "frame_step", 1..=signal::MOST_STEPS)?;
    let prefill = options.get("prefill") != 0;
    let (samples, channels) = signal::innermost(reader, input)?;
    let frames = samples.checked_div(step).filter(|_| samples.is_multiple_of(step)).unwrap_or(0);
    let what = || format!("{samples} samples in steps of {step}, in frames of {frame}");
    let why = "there must be whole steps, and a stream that begins with zeros has no gaps between frames";
    signal::fit(frames > 0 && !(prefill && step > frame), what, why)?;
    let mut shape = reader.tensor(input).shape.clone();
    shape.pop();
    shape.extend([frames, frame]);
    reader.expect_shape(output, "output", &shape)?;
    let steps = if prefill { 1 } else { frame.div_ceil(step) };
    let history = match prefill {
        true => frame.saturating_sub(step),
        false => steps.saturating_sub(1).saturating_mul(step),
    };
    let params = SignalFramer { frame, step, frames, history, steps: steps as u16 };
    Ok(Rc::new(Layer { params, channels }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self { params, channels } = self;
        let args = vec![
            signal::input(to)?,
            signal::state(to, "history", Int16, params.history.saturating_mul(*channels))?,
            signal::state(to, "seen", UInt16, 1)?,
            signal::output(to, "output", 0)?,
            signal::output(to, "valid", 1)?,
        ];
        to.call("signal_framer", "signal_framer_s16", params, args, 0);
        Ok(())
    }
}
