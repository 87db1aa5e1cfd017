//! SignalPCAN: channels divided by a power of their noise.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Int16, UInt32};
use crate::kernels::signal_pcan::SignalPcan;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer(SignalPcan);

/// Three gains of their own, and four numbers for each further number of bits but the last, which has three.
const GAINS: usize = 125;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(3..=3, 1)?;
    let channels = signal::list(reader, reader.input(0)?, "input", UInt32)?;
    signal::list_of(reader, reader.input(1)?, "noise", UInt32, channels)?;
    let gains = reader.input(2)?;
    signal::list_of(reader, gains, "gains", Int16, GAINS)?;
    reader.constant(gains, "gains")?;
    signal::list_of(reader, reader.output(0)?, "output", UInt32, channels)?;
    let options = reader.custom_options(&["snr_shift"])?;
    let snr_shift = reader.custom_in_range(&options, "snr_shift", 0..=63)? as u32;
    Ok(Rc::new(Layer(SignalPcan { snr_shift })))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let gains = to.operand("gains", "GAINS", to.input(2)?)?;
        let (input, noise) = (signal::each(to, "input", 0)?, signal::each(to, "noise", 1)?);
        let args = vec![gains, input, noise, signal::in_place(to, "output", 0)?];
        let channels = to.tensor(to.output(0)?).elements();
        to.call("signal_pcan", "signal_pcan_u32", &self.0, args, channels);
        Ok(())
    }
}
