//! SignalIrfft: real samples of a spectrum.

use super::signal_fft::{self, Transform};
use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::kernels::signal_irfft::SignalIrfft;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    frames: usize,
    transform: Transform,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let transform = signal_fft::read(reader, true)?;
    let (frame, frames) = signal::innermost(reader, reader.input(0)?)?;
    let half = transform.half.len;
    let mut shape = reader.tensor(reader.input(0)?).shape.clone();
    shape.pop();
    shape.push(half.saturating_mul(2));
    reader.expect_shape(reader.output(0)?, "output", &shape)?;
    let whole = frame == half.saturating_add(1).saturating_mul(2);
    let what = || format!("spectra of {frame} numbers, and `fft_length` {}", half.saturating_mul(2));
    signal::fit(whole, what, "a spectrum has real and imaginary parts from 0 to half the length")?;
    Ok(Rc::new(Layer { frames, transform }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self { frames, transform } = self;
        let mut args = transform.tables();
        args.extend([signal::input(to)?, signal::output(to, "output", 0)?]);
        let params = SignalIrfft { half: transform.half.clone() };
        to.call("signal_irfft", "signal_irfft", &params, args, transform.macs().saturating_mul(*frames));
        Ok(())
    }
}
