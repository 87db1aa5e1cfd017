//! What there is to show of a model.

use crate::measured::Measured;
use std::ops::RangeInclusive;
use tiny_model_compiler::{
    Access, Figures, Layout, Options, Program, analyze_with, lifetimes, live_bytes, optional_passes, report,
};

/// A model that was compiled.
pub struct Model {
    /// Name of its file.
    pub name: String,
    /// What it costs.
    pub figures: Figures,
    /// No plan for this order of operators takes less RAM.
    pub bound: usize,
    /// What it would cost without any pass, and after each of them that changes something.
    pub stages: Vec<Stage>,
    /// What runs.
    pub layers: Vec<Layer>,
    /// What lies in the arena.
    pub blocks: Vec<Block>,
    /// Bytes of the arena.
    pub arena: usize,
    /// What was measured of it.
    pub measured: Vec<Measured>,
}

/// A model after some of the passes.
pub struct Stage {
    /// The last of them, or that there was none.
    pub pass: &'static str,
    /// How many calls of kernels there are.
    pub layers: usize,
    /// What they cost.
    pub figures: Figures,
}

/// One call of a kernel.
pub struct Layer {
    /// The operator's name.
    pub operator: &'static str,
    /// Shape of its output.
    pub shape: Vec<usize>,
    /// Multiplications and accumulations.
    pub macs: usize,
    /// Bytes of constants.
    pub flash: usize,
    /// Bytes of the arena in use.
    pub ram: usize,
    /// What was proved or fused.
    pub notes: String,
}

/// A buffer of the arena.
pub struct Block {
    /// Where it begins.
    pub offset: usize,
    /// Its size.
    pub bytes: usize,
    /// When it is in use: 0 is before the first layer.
    pub live: RangeInclusive<usize>,
    /// What it is.
    pub name: String,
    /// Whether it keeps what it holds from one inference to the next.
    pub is_state: bool,
    /// Layers that read it, and those that write it, from 1.
    pub read: Vec<usize>,
    /// The same for writing.
    pub written: Vec<usize>,
}

impl Model {
    /// Compiles a model, and compiles it once more for each pass.
    pub fn of(name: String, bytes: &[u8]) -> Result<Self, String> {
        let options = Options::default();
        let (program, layout) = analyze_with(bytes, &options).map_err(|problems| report(&name, &problems))?;
        let passes: Vec<&'static str> = optional_passes().collect();
        let mut stages: Vec<Stage> = Vec::new();
        for done in 0..=passes.len() {
            let without = passes[done..].to_vec();
            let stage = analyze_with(bytes, &Options { without, ..options.clone() });
            let (program, layout) = stage.map_err(|problems| report(&name, &problems))?;
            let pass = done.checked_sub(1).map_or("no pass", |at| passes[at]);
            let stage = Stage { pass, layers: program.calls.len(), figures: Figures::of(&program, &layout) };
            if stages.last().is_none_or(|last| last.totals() != stage.totals()) {
                stages.push(stage);
            }
        }
        Ok(Self {
            name,
            figures: Figures::of(&program, &layout),
            bound: layout.bound,
            stages,
            layers: layers(&program, &layout),
            blocks: blocks(&program, &layout),
            arena: layout.bytes,
            measured: Vec::new(),
        })
    }

    /// Adds what was measured, if it was of this model.
    pub fn add(&mut self, measured: Measured) -> Result<(), String> {
        let same = self.layers.len() == measured.layers.len()
            && self.layers.iter().zip(&measured.layers).all(|(layer, measured)| {
                layer.operator == measured.operator
                    && layer.shape == measured.shape
                    && layer.macs == measured.macs
            });
        if !same {
            return Err(format!(
                "was measured of {} with other layers than {} has; measure anew",
                measured.model, self.name
            ));
        }
        self.measured.push(measured);
        Ok(())
    }
}

impl Stage {
    /// Titles of [`Self::totals`].
    pub const TITLES: [&'static str; 4] = ["layers", "MACs", "constants", "RAM"];

    /// What there is to compare.
    pub fn totals(&self) -> [usize; Self::TITLES.len()] {
        let Figures { macs, flash, ram, .. } = self.figures;
        [self.layers, macs, flash, ram]
    }
}

fn layers(program: &Program, layout: &Layout) -> Vec<Layer> {
    let layer = |(call, ram): (&tiny_model_compiler::Call, usize)| Layer {
        operator: call.name,
        shape: call.shape.clone(),
        macs: call.macs,
        flash: call.constant_bytes(),
        ram,
        notes: call.notes.join(", "),
    };
    program.calls.iter().zip(live_bytes(program, layout)).map(layer).collect()
}

fn blocks(program: &Program, layout: &Layout) -> Vec<Block> {
    let lives = lifetimes(program);
    let touched = |id: usize, wanted: fn(Access) -> bool| {
        let touches = |call: &tiny_model_compiler::Call| {
            call.windows().any(|(view, access)| view.buffer.0 == id && wanted(access))
        };
        let calls = program.calls.iter().enumerate().filter(|(_, call)| touches(call));
        calls.map(|(at, _)| at + 1).collect::<Vec<usize>>()
    };
    let block = |id: usize| {
        let written = touched(id, |access| !matches!(access, Access::Read | Access::ReadInPlace));
        let input = program.inputs.iter().position(|port| port.view.buffer.0 == id);
        let output = program.outputs.iter().position(|port| port.view.buffer.0 == id);
        let writer = written.first().and_then(|&at| program.calls.get(at - 1));
        let name = match (input, output, writer) {
            (Some(at), ..) => format!("input {at}"),
            (_, Some(at), _) => format!("output {at}"),
            (.., Some(call)) => format!("{} {:?}", call.name, call.shape),
            _ => "unused".to_owned(),
        };
        Block {
            offset: layout.offsets[id],
            bytes: program.buffers[id].bytes,
            live: lives[id].clone(),
            name,
            is_state: program.buffers[id].initial.is_some(),
            read: touched(id, |access| !matches!(access, Access::Write | Access::WriteInPlace)),
            written,
        }
    };
    (0..program.buffers.len()).map(block).filter(|block| block.bytes > 0).collect()
}
