//! SignalEnergy: the energy at each frequency of a spectrum.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Int16, UInt32};
use crate::kernels::signal_energy::SignalEnergy;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer(SignalEnergy);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let spectrum = signal::list(reader, reader.input(0)?, "input", Int16)?;
    let energies = signal::list(reader, reader.output(0)?, "output", UInt32)?;
    let options = reader.custom_options(&["end_index", "start_index"])?;
    let most = energies.min(spectrum >> 1).try_into().unwrap_or(i32::MAX);
    let end = reader.custom_in_range(&options, "end_index", 0..=most)?;
    let start = reader.custom_in_range(&options, "start_index", 0..=most)?;
    Ok(Rc::new(Layer(SignalEnergy { start, end })))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let args = vec![signal::input(to)?, signal::output(to, "output", 0)?];
        let macs = self.0.end.saturating_sub(self.0.start).saturating_mul(2);
        to.call("signal_energy", "signal_energy_s16", &self.0, args, macs);
        Ok(())
    }
}
