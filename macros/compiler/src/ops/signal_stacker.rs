//! SignalStacker: the features of a step together with those of its neighbours in time.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Bool, Int16, UInt16};
use crate::kernels::signal_stacker::SignalStacker;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer(SignalStacker);

const OPTIONS: [&str; 4] = ["num_channels", "stacker_left_context", "stacker_right_context", "stacker_step"];

/// Steps before or after another.
const MOST: i32 = signal::MOST_STEPS / 4;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 2)?;
    let channels = signal::list(reader, reader.input(0)?, "input", Int16)?;
    let valid = reader.output(1)?;
    signal::typed(reader, valid, "validity", Bool)?;
    signal::shaped(reader, valid, "validity", &[])?;
    let options = reader.custom_options(&OPTIONS)?;
    let given = channels.try_into().unwrap_or(i32::MAX);
    reader.custom_in_range(&options, "num_channels", given..=given)?;
    let left = reader.custom_in_range(&options, "stacker_left_context", 0..=MOST)?;
    let right = reader.custom_in_range(&options, "stacker_right_context", 0..=MOST)?;
    let total = left.saturating_add(right).saturating_add(1);
    let most = total.try_into().unwrap_or(i32::MAX);
    // The reference stops where it is to leave out more steps than there are.
    let step = reader.custom_in_range(&options, "stacker_step", 1..=most)?;
    let len = channels.saturating_mul(total);
    signal::list_of(reader, reader.output(0)?, "output", Int16, len)?;
    Ok(Rc::new(Layer(SignalStacker { channels, left, total, step })))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let SignalStacker { channels, total, .. } = self.0;
        let args = vec![
            signal::input(to)?,
            signal::state(to, "history", Int16, total.saturating_sub(1).saturating_mul(channels))?,
            signal::state(to, "kept", UInt16, 1)?,
            signal::output(to, "output", 0)?,
            signal::output(to, "valid", 1)?,
        ];
        to.call("signal_stacker", "signal_stacker_s16", &self.0, args, 0);
        Ok(())
    }
}
