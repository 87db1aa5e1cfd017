//! SignalFilterBankSpectralSubtraction: takes away from each channel what seems to be noise.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::{Contents, ElementType::UInt32};
use crate::kernels::signal_filter_bank_spectral_subtraction::SignalFilterBankSpectralSubtraction;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    params: SignalFilterBankSpectralSubtraction,
    channels: usize,
}

const OPTIONS: [&str; 9] = [
    "alternate_one_minus_smoothing",
    "alternate_smoothing",
    "clamping",
    "min_signal_remaining",
    "num_channels",
    "one_minus_smoothing",
    "smoothing",
    "smoothing_bits",
    "spectral_subtraction_bits",
];

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 2)?;
    let channels = signal::list(reader, reader.input(0)?, "input", UInt32)?;
    signal::list_of(reader, reader.output(0)?, "output", UInt32, channels)?;
    signal::list_of(reader, reader.output(1)?, "noise", UInt32, channels)?;
    let options = reader.custom_options(&OPTIONS)?;
    let given = channels.try_into().unwrap_or(i32::MAX);
    reader.custom_in_range(&options, "num_channels", given..=given)?;
    let factor = |name: &str| options.get(name).cast_unsigned();
    let params = SignalFilterBankSpectralSubtraction {
        smoothing: factor("smoothing"),
        one_minus_smoothing: factor("one_minus_smoothing"),
        alternate_smoothing: factor("alternate_smoothing"),
        alternate_one_minus_smoothing: factor("alternate_one_minus_smoothing"),
        min_signal_remaining: factor("min_signal_remaining"),
        smoothing_bits: reader.custom_in_range(&options, "smoothing_bits", 0..=31)? as u32,
        bits: reader.custom_in_range(&options, "spectral_subtraction_bits", 0..=63)? as u32,
        clamping: options.get("clamping") != 0,
    };
    Ok(Rc::new(Layer { params, channels }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        // The estimate that is put out is the one that is kept.
        let noise = to.state(UInt32, self.channels, Contents::Fill(0))?;
        let input = signal::each(to, "input", 0)?;
        let output = signal::in_place(to, "output", 0)?;
        to.place(to.output(1)?, noise);
        let args = vec![input, output, Arg::Window("noise", noise, Access::Update)];
        let module = "signal_filter_bank_spectral_subtraction";
        let kernel = "signal_filter_bank_spectral_subtraction_u32";
        to.call(module, kernel, &self.params, args, self.channels.saturating_mul(3));
        Ok(())
    }
}
