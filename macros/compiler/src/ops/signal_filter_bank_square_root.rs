//! SignalFilterBankSquareRoot: square roots, which bring channels down to 32 bits.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Int32, UInt32, UInt64};
use crate::kernels::signal_filter_bank_square_root::SignalFilterBankSquareRoot;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let channels = signal::list(reader, reader.input(0)?, "input", UInt64)?;
    signal::typed(reader, reader.input(1)?, "scale", Int32)?;
    signal::shaped(reader, reader.input(1)?, "scale", &[])?;
    signal::list_of(reader, reader.output(0)?, "output", UInt32, channels)?;
    Ok(Rc::new(Layer))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let input = signal::input(to)?;
        let scale = to.operand("scale", "SCALE", to.input(1)?)?;
        let args = vec![input, scale, signal::output(to, "output", 0)?];
        let kernel = "signal_filter_bank_square_root_u64";
        to.call("signal_filter_bank_square_root", kernel, &SignalFilterBankSquareRoot, args, 0);
        Ok(())
    }
}
