//! SignalFftAutoScale: a frame made as loud as its type allows, and by how many bits.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Int16, Int32};
use crate::kernels::signal_fft_auto_scale::SignalFftAutoScale;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 2)?;
    let len = signal::list(reader, reader.input(0)?, "input", Int16)?;
    signal::list_of(reader, reader.output(0)?, "output", Int16, len)?;
    signal::typed(reader, reader.output(1)?, "scale", Int32)?;
    signal::shaped(reader, reader.output(1)?, "scale", &[])?;
    Ok(Rc::new(Layer))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let input = signal::each(to, "input", 0)?;
        let output = signal::in_place(to, "output", 0)?;
        let args = vec![input, output, signal::output(to, "scale", 1)?];
        to.call("signal_fft_auto_scale", "signal_fft_auto_scale_s16", &SignalFftAutoScale, args, 0);
        Ok(())
    }
}
