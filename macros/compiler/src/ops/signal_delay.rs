//! SignalDelay: a stream as it was some samples before.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Int16, UInt16};
use crate::kernels::signal_delay::SignalDelay;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    params: SignalDelay,
    channels: usize,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    signal::typed(reader, input, "input", Int16)?;
    signal::typed(reader, output, "output", Int16)?;
    reader.expect_shape(output, "output", &reader.tensor(input).shape)?;
    let options = reader.custom_options(&["delay_length"])?;
    let delay = reader.custom_in_range(&options, "delay_length", 0..=signal::MOST_STEPS)?;
    let (frame, channels) = signal::innermost(reader, input)?;
    Ok(Rc::new(Layer { params: SignalDelay { frame, delay }, channels }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self { params, channels } = self;
        if params.delay == 0 {
            return to.alias(to.output(0)?, to.input(0)?, 0);
        }
        let args = vec![
            signal::input(to)?,
            signal::state(to, "ring", Int16, params.delay.saturating_mul(*channels))?,
            signal::state(to, "position", UInt16, 1)?,
            signal::output(to, "output", 0)?,
        ];
        to.call("signal_delay", "signal_delay_s16", params, args, 0);
        Ok(())
    }
}
