//! What each layer of a model takes. The functions of its layers are never inlined, and so the emulators see from outside
//! where one begins.

use anyhow::{Context, Result, ensure};
use report::{Effort, Measured};
use std::path::{Path, PathBuf};

use crate::board::{Board, Loops};
use crate::bounds::bound_of;
use crate::elf;
use crate::measure::Cost;
use crate::program::Program;
use tiny_model_compiler::Call;

/// A layer of a model, and what it has to do with boards.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// Of the function that does its work.
    function: String,
    operator: &'static str,
    shape: Vec<usize>,
    macs: usize,
    bounds: Vec<(Loops, u64)>,
}

impl Layer {
    /// The calls of a model.
    pub(crate) fn all(calls: &[Call]) -> Vec<Self> {
        let layer = |(at, call): (usize, &Call)| Self {
            function: call.function_name(at),
            operator: call.name,
            shape: call.shape.clone(),
            macs: call.macs,
            bounds: Loops::ALL.iter().filter_map(|&loops| Some((loops, bound_of(loops, call)?))).collect(),
        };
        calls.iter().enumerate().map(layer).collect()
    }

    fn effort(&self, loops: Loops, effort: u64) -> Effort {
        let bound = self.bounds.iter().find(|(known, _)| *known == loops).map(|&(_, bound)| bound);
        let (operator, shape) = (self.operator.to_owned(), self.shape.clone());
        Effort { operator, shape, macs: self.macs, effort, bound }
    }
}

/// Where the layers' functions lie.
pub(crate) fn addresses(program: &Program, elf: &Path) -> Result<Vec<Option<u64>>> {
    elf::part_addresses(elf, program.layers.iter().map(|layer| layer.function.clone()))
}

/// What a run says of them, if it is one of a model with layers.
pub(crate) fn measured(
    board: &Board,
    program: &Program,
    places: &[Option<u64>],
    costs: &[Cost],
) -> Result<Option<Measured>> {
    let Some(cost) = costs.iter().max_by_key(|cost| cost.effort()).filter(|_| !places.is_empty()) else {
        return Ok(None);
    };
    let (before, efforts) = cost.parts.split_first().context("the layers were not measured")?;
    for ((layer, place), effort) in program.layers.iter().zip(places).zip(efforts) {
        let is_empty = place.is_none() && *effort == 0;
        ensure!(is_empty || *effort > 0, "{} was not seen to run", layer.function);
    }
    let (limit, limited_by) = board.loops.limit();
    let layers = program.layers.iter().zip(efforts);
    Ok(Some(Measured {
        model: program.name.clone(),
        board: board.name.to_owned(),
        core: board.core.to_owned(),
        unit: if cost.cycles.is_some() { "cycles" } else { "instructions" }.to_owned(),
        limit,
        limited_by: limited_by.to_owned(),
        before: *before,
        layers: layers.map(|(layer, &effort)| layer.effort(board.loops, effort)).collect(),
    }))
}

/// Fails if a layer took less than it can.
pub(crate) fn check(measured: &Measured) -> Result<()> {
    for (at, layer) in measured.layers.iter().enumerate() {
        let Effort { operator, shape, effort, .. } = layer;
        let bound = layer.bound.unwrap_or(0);
        ensure!(
            *effort >= bound,
            "layer {} ({operator} {shape:?}) took {effort}, and its loop at least {bound}, says bounds.rs",
            at + 1
        );
    }
    Ok(())
}

/// Writes the layers where `cargo run -p report` can read them.
pub(crate) fn save(measured: &Measured) -> Result<PathBuf> {
    let folder = crate::firmware::output_folder().canonicalize()?;
    let file = folder.join(&measured.model).join(&measured.board).join("layers.csv");
    std::fs::write(&file, measured.csv()).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

/// Prints the layers, and where they were written.
pub(crate) fn show(measured: &Measured) -> Result<()> {
    let file = save(measured)?;
    println!("\n{}\nFor `cargo run -p report`: --measured {}\n", measured.text(), file.display());
    Ok(())
}
