//! The report as text.

use crate::model::{Block, Model, Stage};
use std::fmt::Write;

/// Columns of the picture.
const WIDTH: usize = 64;

/// All of it.
pub fn text(model: &Model) -> String {
    let mut text = String::new();
    let figures = &model.figures;
    let _ = writeln!(
        text,
        "{}: {} MACs, {} bytes of constants, {} bytes of RAM ({})\n",
        model.name,
        figures.macs,
        figures.flash,
        figures.ram,
        optimality(model)
    );
    stages(&mut text, model);
    layers(&mut text, model);
    for measured in &model.measured {
        let _ = writeln!(text, "{}", measured.text());
    }
    arena(&mut text, model);
    text
}

/// How good the plan is known to be.
pub fn optimality(model: &Model) -> String {
    match model.arena.checked_sub(model.bound) {
        Some(0) | None => "no plan takes less".to_owned(),
        Some(more) => format!("{more} more than no plan can do without"),
    }
}

fn stages(text: &mut String, model: &Model) {
    let _ = write!(text, "{:<20}", "after");
    Stage::TITLES.iter().for_each(|title| *text += &format!(" {title:>12}"));
    for stage in &model.stages {
        let _ = write!(text, "\n{:<20}", stage.pass);
        stage.totals().iter().for_each(|total| *text += &format!(" {total:>12}"));
    }
    text.push_str("\nPasses that change none of these are left out.\n\n");
}

fn layers(text: &mut String, model: &Model) {
    let _ = writeln!(
        text,
        "{:>3} {:<20} {:<18} {:>10} {:>10} {:>8}  proved or fused",
        "", "operator", "output", "MACs", "constants", "RAM"
    );
    for (at, layer) in model.layers.iter().enumerate() {
        let (operator, shape) = (layer.operator, format!("{:?}", layer.shape));
        let line = format!(
            "{:>3} {operator:<20} {shape:<18} {:>10} {:>10} {:>8}  {}",
            at + 1,
            layer.macs,
            layer.flash,
            layer.ram,
            layer.notes
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
}

/// One line for each layer: the arena from its first byte to its last.
fn arena(text: &mut String, model: &Model) {
    let end = format!("{} bytes", model.arena);
    let _ = writeln!(text, "{:>24} 0{end:>width$}", "the arena", width = WIDTH - 1);
    for (at, layer) in model.layers.iter().enumerate() {
        let line: String = (0..WIDTH).map(|column| cell(model, at + 1, column)).collect();
        let _ = writeln!(text, "{:>3} {:<20} {line}", at + 1, layer.operator);
    }
    let _ = writeln!(text, "{:>24} █ written  ▓ read  ░ kept for later  ▒ written over what is read", "");
}

/// What a layer does with one column of the arena.
fn cell(model: &Model, time: usize, column: usize) -> char {
    let (start, end) = (column * model.arena / WIDTH, (column + 1) * model.arena / WIDTH);
    let inside = |block: &&Block| {
        block.live.contains(&time) && block.offset < end.max(start + 1) && block.offset + block.bytes > start
    };
    let blocks: Vec<&Block> = model.blocks.iter().filter(inside).collect();
    let written = blocks.iter().any(|block| block.written.contains(&time));
    let read = blocks.iter().any(|block| block.read.contains(&time));
    match (written, read) {
        (true, true) if blocks.len() > 1 => '▒',
        (true, _) => '█',
        (false, true) => '▓',
        _ if !blocks.is_empty() => '░',
        _ => ' ',
    }
}
