//! SignalRfft: the spectrum of real samples.

use super::signal_fft::{self, Transform};
use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::kernels::signal_rfft::SignalRfft;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    frame: usize,
    frames: usize,
    transform: Transform,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let transform = signal_fft::read(reader, false)?;
    let (frame, frames) = signal::innermost(reader, reader.input(0)?)?;
    let half = transform.half.len;
    let mut shape = reader.tensor(reader.input(0)?).shape.clone();
    shape.pop();
    shape.push(half.saturating_add(1).saturating_mul(2));
    reader.expect_shape(reader.output(0)?, "output", &shape)?;
    let short = frame <= half.saturating_mul(2);
    let what = || format!("frames of {frame} samples, and `fft_length` {}", half.saturating_mul(2));
    signal::fit(short, what, "a transform may be longer than a frame, but not shorter")?;
    Ok(Rc::new(Layer { frame, frames, transform }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self { frame, frames, transform } = self;
        let mut args = transform.tables();
        args.extend([signal::input(to)?, signal::output(to, "output", 0)?]);
        let params = SignalRfft { frame: *frame, half: transform.half.clone() };
        to.call("signal_rfft", "signal_rfft", &params, args, transform.macs().saturating_mul(*frames));
        Ok(())
    }
}
