//! The layer table of the documentation, and the figures under it.

use crate::layout::{ALIGNMENT, Layout, lifetimes};
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

/// Bytes of constants on a backend.
pub fn flash_on(program: &Program, backend: &str) -> usize {
    let calls = program.calls.iter().map(|call| call.constant_bytes_on(backend));
    calls.fold(program.initial_bytes(), usize::saturating_add)
}

/// How a float model was quantized, and how near it is.
fn quantization(facts: &Facts) -> String {
    let Facts { method, corrected, fitted, equalized, raised, samples, accuracy, verified, .. } = facts;
    let from = match samples {
        0 => "made-up samples".to_owned(),
        count => format!("{count} samples"),
    };
    let corrected = if *corrected { ", biases corrected" } else { "" };
    let fitted = if *fitted { ", weights fitted to samples" } else { "" };
    let equalized = if *equalized { ", channels equalized" } else { "" };
    let mut text =
        format!("\nQuantized from floats by {from}; ranges by {method}{corrected}{fitted}{equalized}. ");
    if !raised.is_empty() {
        let places: Vec<String> = raised.iter().map(ToString::to_string).collect();
        let _ = write!(text, "With 16-bit activations: {}. ", places.join("; "));
    }
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
        true => format!("{state} of them kept from one inference to the next; "),
        false => String::new(),
    };
    // Of the arena, for the order in which the operators run.
    let plan = match layout.bytes <= layout.bound {
        true => "no plan takes less".to_owned(),
        false => format!("no plan takes less than {}", layout.bound),
    };
    let mut text =
        format!("\n{macs} MACs, {ram} bytes of RAM ({kept}{plan}), {flash} bytes of constants.\n\n");
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
    text.push_str("\n| operator | output | MACs | constants | RAM in use | proved or fused |\n");
    text.push_str("|---|---|---:|---:|---:|---|\n");
    for (call, live) in program.calls.iter().zip(live_bytes(program, layout)) {
        let (name, shape, macs, flash) = (call.name, &call.shape, call.macs, call.constant_bytes());
        let notes = call.notes.join(", ");
        let _ = writeln!(text, "| {name} | {shape:?} | {macs} | {flash} | {live} | {notes} |");
    }
    text
}

/// Bytes of the arena that hold something while each call runs.
pub fn live_bytes(program: &Program, layout: &Layout) -> Vec<usize> {
    let lives = lifetimes(program);
    let at = |time: usize| {
        let live = lives.iter().zip(program.buffers.iter().zip(&layout.offsets));
        let live = live.filter(|(life, _)| life.contains(&time));
        let mut extents: Vec<(usize, usize)> =
            live.map(|(_, (buffer, &offset))| (offset, offset.saturating_add(buffer.bytes))).collect();
        extents.sort_unstable();
        let (mut bytes, mut done) = (0usize, 0);
        for (start, end) in extents {
            bytes = bytes.saturating_add(end.saturating_sub(start.max(done)));
            done = done.max(end);
        }
        bytes
    };
    (1..=program.calls.len()).map(at).collect()
}
