//! SignalWindow: a window over every frame of sound.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::Int16;
use crate::kernels::signal_window::SignalWindow;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer(SignalWindow);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, weights, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    signal::typed(reader, input, "input", Int16)?;
    signal::typed(reader, output, "output", Int16)?;
    let frame = signal::list(reader, weights, "weights", Int16)?;
    reader.expect_shape(output, "output", &reader.tensor(input).shape)?;
    let samples = reader.tensor(input).elements();
    let whole = samples.is_multiple_of(frame);
    signal::fit(whole, || format!("{samples} samples and {frame} weights"), "there must be whole frames")?;
    let shift = reader.custom_in_range(&reader.custom_options(&["shift"])?, "shift", 0..=31)?;
    Ok(Rc::new(Layer(SignalWindow { frame, shift: shift as u32 })))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let input = signal::each(to, "input", 0)?;
        let weights = to.operand("weights", "WEIGHTS", to.input(1)?)?;
        let args = vec![input, weights, signal::in_place(to, "output", 0)?];
        let samples = to.tensor(to.output(0)?).elements();
        to.call("signal_window", "signal_window_s16", &self.0, args, samples);
        Ok(())
    }
}
