//! The layer table of the documentation, and the figures under it.

use crate::layout::{ALIGNMENT, Layout};
use crate::program::{Port, Program};
use crate::quantize::model::Facts;
use std::fmt::Write;

/// What a model costs.
pub struct Figures {
    /// Bytes of RAM.
    pub ram: usize,
    /// Bytes of it that are kept from one inference to the next.
    pub state: usize,
    /// Bytes of constants.
    pub flash: usize,
    /// Multiplications and accumulations.
    pub macs: usize,
}

impl Figures {
    /// Adds up a program.
    pub fn of(program: &Program, layout: &Layout) -> Self {
        Self {
            // Beside the arena there may be a note whether the state has been set.
            ram: layout.bytes.saturating_add(if program.starts_at_zero() { 0 } else { ALIGNMENT }),
            state: layout.state,
            flash: (program.calls.iter().map(|call| call.constant_bytes()))
                .fold(program.initial_bytes(), usize::saturating_add),
            macs: program.calls.iter().map(|call| call.macs).fold(0, usize::saturating_add),
        }
    }
}

/// How a float model was quantized, and how near it is.
fn quantization(facts: &Facts) -> String {
    let Facts { method, corrected, samples, accuracy, verified, .. } = facts;
    let from = match samples {
        0 => "made-up samples".to_owned(),
        count => format!("{count} samples"),
    };
    let corrected = if *corrected { ", biases corrected" } else { "" };
    let mut text = format!("\nQuantized from floats by {from}; ranges by {method}{corrected}. ");
    let _ = write!(text, "Signal-to-noise ratio {:.1} dB", accuracy.sqnr);
    let mut share = |what: &str, share: Option<f64>| {
        if let Some(share) = share {
            let _ = write!(text, ", {what} {:.2} %", share * 100.0);
        }
    };
    share("agreement with the float model", accuracy.agreement);
    share("accuracy", accuracy.accuracy);
    share("that of the float model", accuracy.float_accuracy);
    let on = if *verified { "samples of their own" } else { "the samples of the calibration" };
    let _ = writeln!(text, ", on {} {on}.", accuracy.samples);
    text
}

/// The table as Markdown.
pub fn document(program: &Program, layout: &Layout, facts: Option<&Facts>) -> String {
    let Figures { ram, state, flash, macs } = Figures::of(program, layout);
    let kept = match program.has_state() {
        true => format!(" ({state} of them kept from one inference to the next)"),
        false => String::new(),
    };
    let mut text = format!("\n{macs} MACs, {ram} bytes of RAM{kept}, {flash} bytes of constants.\n\n");
    let mut ports = |what: &str, ports: &[Port]| {
        for Port { shape, scale, zero_point, view, fixed, .. } in ports {
            let _ = match fixed {
                Some(ty) => writeln!(text, "- {what}: `{ty}` {shape:?}"),
                None => {
                    let ty = crate::emit::element(view.ty);
                    writeln!(text, "- {what}: `{ty}` {shape:?}, scale {scale:e}, zero point {zero_point}")
                }
            };
        }
    };
    ports("input", &program.inputs);
    ports("output", &program.outputs);
    if let Some(facts) = facts {
        text.push_str(&quantization(facts));
    }
    text.push_str("\n| operator | output | MACs | constants |\n|---|---|---:|---:|\n");
    for call in &program.calls {
        let (name, shape, macs, flash) = (call.name, &call.shape, call.macs, call.constant_bytes());
        let _ = writeln!(text, "| {name} | {shape:?} | {macs} | {flash} |");
    }
    text
}
