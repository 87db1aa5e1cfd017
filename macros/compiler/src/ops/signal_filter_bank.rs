//! SignalFilterBank: energies of a spectrum gathered in channels.

use super::{Op, signal};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Int16, UInt32, UInt64};
use crate::kernels::signal_filter_bank::SignalFilterBank;
use crate::lower::{Bug, Lowering};
use crate::program::{Arg, Constant};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    macs: usize,
}

/// The constants, with the names that kernels and people have for them.
const TABLES: [(&str, &str); 5] = [
    ("WEIGHTS", "weights"),
    ("COUNTER_WEIGHTS", "counter-weights"),
    ("STARTS", "starts of channels"),
    ("WEIGHT_STARTS", "starts of their weights"),
    ("WIDTHS", "widths of channels"),
];

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(6..=6, 1)?;
    let energies = signal::list(reader, reader.input(0)?, "input", UInt32)?;
    let channels = signal::list(reader, reader.output(0)?, "output", UInt64)?;
    let options = reader.custom_options(&["num_channels"])?;
    let given = channels.try_into().unwrap_or(i32::MAX);
    reader.custom_in_range(&options, "num_channels", given..=given)?;
    let mut tables = Vec::new();
    for (index, (_, role)) in TABLES.iter().enumerate() {
        let id = reader.input(index.saturating_add(1))?;
        match index {
            0 | 1 => signal::list(reader, id, role, Int16).map(|_| ())?,
            // One more than there are channels, for what falls in one of them rises before.
            _ => signal::list_of(reader, id, role, Int16, channels.saturating_add(1))?,
        }
        reader.constant(id, role)?;
        tables.push(reader.tensor(id).to_i32().unwrap_or_default());
    }
    let [weights, counter_weights, starts, weight_starts, widths] = tables.as_slice() else {
        return Ok(Rc::new(Layer { macs: 0 }));
    };
    let mut macs = 0usize;
    let bands = starts.iter().zip(weight_starts).zip(widths);
    for (band, ((&start, &weight), &width)) in bands.enumerate().filter(|(_, (_, width))| **width > 0) {
        let ends = |start: i32, len: usize| {
            start >= 0 && usize::try_from(start.saturating_add(width)).is_ok_and(|end| end <= len)
        };
        let inside = ends(start, energies) && ends(weight, weights.len().min(counter_weights.len()));
        let what =
            || format!("band {band} has {width} energies from {start} on, with weights from {weight} on");
        signal::fit(inside, what, "there are not so many of them")?;
        macs = macs.saturating_add(usize::try_from(width).unwrap_or(0).saturating_mul(2));
    }
    Ok(Rc::new(Layer { macs }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let mut args = Vec::new();
        for (index, (name, _)) in TABLES.iter().enumerate() {
            let data = to.tensor(to.input(index.saturating_add(1))?).data.as_deref();
            let bytes = data.unwrap_or_default().to_vec();
            args.push(Arg::Constant(Constant { name, ty: Int16, bytes }));
        }
        args.extend([signal::input(to)?, signal::output(to, "output", 0)?]);
        to.call("signal_filter_bank", "signal_filter_bank_u32", &SignalFilterBank, args, self.macs);
        Ok(())
    }
}
