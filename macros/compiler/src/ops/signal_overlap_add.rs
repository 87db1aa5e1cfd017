//! SignalOverlapAdd: a stream out of overlapping frames.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::Int16;
use crate::kernels::signal_overlap_add::SignalOverlapAdd;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    params: SignalOverlapAdd,
    channels: usize,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    signal::typed(reader, input, "input", Int16)?;
    signal::typed(reader, output, "output", Int16)?;
    let mut shape = reader.tensor(input).shape.clone();
    let (frame, frames) = (shape.pop().unwrap_or(1), shape.pop().unwrap_or(0));
    let what = || format!("input of shape {:?}", reader.tensor(input).shape);
    signal::fit(frames > 0, what, "its last two dimensions are frames and their samples")?;
    let options = reader.custom_options(&["T", "frame_step"])?;
    // The number of the type in the schema.
    reader.custom_in_range(&options, "T", 7..=7)?;
    let most = frame.try_into().unwrap_or(i32::MAX);
    let step = reader.custom_in_range(&options, "frame_step", 1..=most)?;
    shape.push(frames.saturating_mul(step));
    reader.expect_shape(output, "output", &shape)?;
    let samples = frame.saturating_mul(frames);
    let channels = reader.tensor(input).elements().checked_div(samples).unwrap_or(0);
    Ok(Rc::new(Layer { params: SignalOverlapAdd { frame, step, frames }, channels }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self { params, channels } = self;
        let kept = params.frame.saturating_sub(params.step);
        let args = vec![
            signal::input(to)?,
            signal::state(to, "sums", Int16, kept.saturating_mul(*channels))?,
            signal::output(to, "output", 0)?,
        ];
        to.call("signal_overlap_add", "signal_overlap_add_s16", params, args, 0);
        Ok(())
    }
}
