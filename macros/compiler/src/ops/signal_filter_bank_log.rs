//! SignalFilterBankLog: the logarithm of each channel.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Int16, UInt32};
use crate::kernels::signal_filter_bank_log::SignalFilterBankLog;
use crate::lower::{Bug, Lowering};
use crate::program::{Arg, Constant};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer(SignalFilterBankLog);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let channels = signal::list(reader, reader.input(0)?, "input", UInt32)?;
    signal::list_of(reader, reader.output(0)?, "output", Int16, channels)?;
    let options = reader.custom_options(&["input_correction_bits", "output_scale"])?;
    let correction = reader.custom_in_range(&options, "input_correction_bits", 0..=31)? as u32;
    let scale = options.get("output_scale").cast_unsigned();
    Ok(Rc::new(Layer(SignalFilterBankLog { correction, scale })))
}

/// Segments between two powers of two.
const SEGMENTS: u32 = 128;

/// By how much log₂(1 + x) is above x at the start of each segment, and at the end, in 16 fractional bits.
fn bends() -> impl Iterator<Item = f64> {
    (0..=SEGMENTS).map(|i| f64::from(i) / f64::from(SEGMENTS)).map(|x| ((1.0 + x).log2() - x) * 65536.0)
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let table = Constant::int16("TABLE", bends().map(|bend| bend.round() as i16));
        let args = vec![Arg::Constant(table), signal::input(to)?, signal::output(to, "output", 0)?];
        to.call("signal_filter_bank_log", "signal_filter_bank_log_u32", &self.0, args, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_does_not_depend_on_the_last_bits_of_logarithms() {
        let nearest = super::bends().map(|bend| (bend.fract() - 0.5).abs()).fold(1.0, f64::min);
        assert!(nearest > 1e-6, "{nearest}");
    }
}
