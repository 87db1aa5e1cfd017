//! The layer table of the documentation, and the figures under it.

use crate::layout::{ALIGNMENT, Layout};
use crate::program::{Port, Program};
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

/// The table as Markdown.
pub fn document(program: &Program, layout: &Layout) -> String {
    let Figures { ram, state, flash, macs } = Figures::of(program, layout);
    let kept = match program.has_state() {
        true => format!(" ({state} of them kept from one inference to the next)"),
        false => String::new(),
    };
    let mut text = format!("\n{macs} MACs, {ram} bytes of RAM{kept}, {flash} bytes of constants.\n\n");
    let mut ports = |what: &str, ports: &[Port]| {
        for Port { shape, scale, zero_point, view, .. } in ports {
            let ty = crate::emit::element(view.ty);
            let _ = writeln!(text, "- {what}: `{ty}` {shape:?}, scale {scale:e}, zero point {zero_point}");
        }
    };
    ports("input", &program.inputs);
    ports("output", &program.outputs);
    text.push_str("\n| operator | output | MACs | constants |\n|---|---|---:|---:|\n");
    for call in &program.calls {
        let (name, shape, macs, flash) = (call.name, &call.shape, call.macs, call.constant_bytes());
        let _ = writeln!(text, "| {name} | {shape:?} | {macs} | {flash} |");
    }
    text
}
