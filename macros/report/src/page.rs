//! The report as a page of its own: a drawing of the arena over time, and the tables.

use crate::model::{Block, Layer, Model};
use crate::terminal::optimality;
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");
/// Height of the drawing of the arena, and the width of one layer, in pixels.
const HEIGHT: usize = 420;
const LEFT: usize = 64;
/// The drawing is so wide where there are few layers.
const WIDTH: usize = 960;

/// The whole page.
pub fn page(model: &Model) -> String {
    let (name, figures) = (escape(&model.name), &model.figures);
    let tiles = [
        ("MACs", figures.macs, saved(model, |figures| figures.macs)),
        ("bytes of constants", figures.flash, saved(model, |figures| figures.flash)),
        ("bytes of RAM", figures.ram, optimality(model)),
        ("layers", model.layers.len(), String::new()),
    ];
    let tiles: String = tiles
        .iter()
        .map(|(what, value, note)| {
            format!("<div class=tile><b>{}</b><span>{what}</span><i>{note}</i></div>", grouped(*value))
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\n\
         <title>{name}</title>\n<style>\n{STYLE}</style>\n<main>\n<h1>{name}</h1>\n<section class=tiles>{tiles}</section>\n\
         <h2>The arena over time</h2>\n<p class=legend><span class=key-input></span>caller’s \
         <span class=key-act></span>activations <span class=key-state></span>kept from one inference to the next</p>\n\
         <div class=scroll>{}</div>\n<h2>Work</h2>\n<div class=scroll>{}</div>\n<h2>What each pass gained</h2>\n{}\n<h2>Layers</h2>\n\
         <div class=scroll>{}</div>\n</main>\n</html>\n",
        arena(model),
        work(model),
        stages(model),
        layers(model)
    )
}

/// What the passes saved of a figure.
fn saved(model: &Model, figure: impl Fn(&tiny_model_compiler::Figures) -> usize) -> String {
    let before = model.stages.first().map_or(0, |(_, figures)| figure(figures));
    let after = figure(&model.figures);
    match before > after {
        true => format!("{} % less than before all passes", 100 * (before - after) / before),
        false => String::new(),
    }
}

/// The width of one column, and of all: one for each layer, one before and one after them.
fn columns(model: &Model) -> (usize, usize) {
    let count = model.layers.len() + 2;
    let width = (WIDTH / count).max(14);
    (width, width * count)
}

/// Time goes to the right, addresses go up.
fn arena(model: &Model) -> String {
    let (column, width) = columns(model);
    let arena = model.arena.max(1);
    let y = |address: usize| HEIGHT as f64 * (1.0 - address as f64 / arena as f64);
    let mut svg = format!(
        "<svg class=arena width={} height={} viewBox=\"0 0 {} {}\" role=img aria-label=\"memory map\">",
        width + LEFT + 8,
        HEIGHT + 40,
        width + LEFT + 8,
        HEIGHT + 40
    );
    for quarter in 0..=4 {
        let address = arena * quarter / 4;
        let at = y(address) + 10.0;
        let (line, text) = (LEFT + width, LEFT - 8);
        let _ = write!(
            svg,
            "<line class=grid x1={LEFT} x2={line} y1={at:.1} y2={at:.1} /><text class=axis x={text} y={:.1} \
             text-anchor=end>{}</text>",
            at + 4.0,
            grouped(address)
        );
    }
    // What lives longest lies behind what lives shortest.
    let mut blocks: Vec<&Block> = model.blocks.iter().collect();
    blocks.sort_by_key(|block| std::cmp::Reverse(block.live.end() - block.live.start()));
    for block in blocks {
        svg.push_str(&rectangle(block, column, y));
    }
    for at in 0..model.layers.len() {
        if (at + 1).is_multiple_of((28 / column).max(1)) {
            let x = LEFT + (at + 1) * column + column / 2;
            let _ =
                write!(svg, "<text class=axis x={x} y={} text-anchor=middle>{}</text>", HEIGHT + 28, at + 1);
        }
    }
    svg.push_str("</svg>");
    svg
}

fn rectangle(block: &Block, column: usize, y: impl Fn(usize) -> f64) -> String {
    let (start, end) = (*block.live.start(), *block.live.end());
    let (x, width) = (LEFT + start * column, (end - start + 1) * column);
    let (top, bottom) = (y(block.offset + block.bytes) + 10.0, y(block.offset) + 10.0);
    let class = match () {
        () if block.is_state => "state",
        () if block.name.starts_with("input") || block.name.starts_with("output") => "port",
        () => "act",
    };
    let name = escape(&block.name);
    let mut svg = format!(
        "<g class={class}><title>{name}\n{} bytes from {}\nlayers {start} to {end}</title>\
         <rect x={x}.5 y={top:.1} width={} height={:.1} rx=3 />",
        grouped(block.bytes),
        grouped(block.offset),
        width.saturating_sub(1),
        (bottom - top).max(1.0)
    );
    for &at in &block.written {
        let x = LEFT + at * column;
        let _ = write!(
            svg,
            "<rect class=write x={x}.5 y={top:.1} width={} height={:.1} rx=3 />",
            column.saturating_sub(1),
            (bottom - top).max(1.0)
        );
    }
    if bottom - top > 15.0 && width > 7 * name.len() {
        let _ = write!(svg, "<text x={} y={:.1}>{name}</text>", x + 6, (top + bottom) / 2.0 + 4.0);
    }
    svg.push_str("</g>");
    svg
}

/// Bars of MACs and of constants, layer by layer.
fn work(model: &Model) -> String {
    const BAR: usize = 120;
    let (column, width) = columns(model);
    let most = |figure: &dyn Fn(&Layer) -> usize| model.layers.iter().map(figure).max().unwrap_or(0).max(1);
    let (macs, flash) = (most(&|layer| layer.macs), most(&|layer| layer.flash));
    let all = width + LEFT + 8;
    let mut svg = format!(
        "<svg class=work width={all} height={} viewBox=\"0 0 {all} {}\" role=img aria-label=\"work\">\
         <text class=axis x={} y=20 text-anchor=end>MACs</text><text class=axis x={} y={} text-anchor=end>constants</text>\
         <line class=grid x1={LEFT} x2={} y1={BAR} y2={BAR} />",
        2 * BAR + 12,
        2 * BAR + 12,
        LEFT - 8,
        LEFT - 8,
        2 * BAR - 4,
        LEFT + width
    );
    for (at, layer) in model.layers.iter().enumerate() {
        let x = LEFT + (at + 1) * column;
        let (up, down) = (layer.macs * (BAR - 8) / macs, layer.flash * (BAR - 8) / flash);
        let wide = column.saturating_sub(2);
        let _ = write!(
            svg,
            "<g><title>{} {} {:?}\n{} MACs, {} bytes of constants</title><rect class=macs x={x} y={} width={wide} \
             height={up} rx=2 /><rect class=flash x={x} y={} width={wide} height={down} rx=2 /></g>",
            at + 1,
            layer.operator,
            layer.shape,
            grouped(layer.macs),
            grouped(layer.flash),
            BAR - 2 - up,
            BAR + 2
        );
    }
    svg.push_str("</svg>");
    svg
}

fn stages(model: &Model) -> String {
    let mut table =
        String::from("<table><tr><th>after<th class=n>MACs<th class=n>constants<th class=n>RAM</tr>");
    for (name, figures) in &model.stages {
        let _ = write!(
            table,
            "<tr><td><code>{name}</code><td class=n>{}<td class=n>{}<td class=n>{}</tr>",
            grouped(figures.macs),
            grouped(figures.flash),
            grouped(figures.ram)
        );
    }
    table + "</table>"
}

fn layers(model: &Model) -> String {
    let mut table = String::from(
        "<table><tr><th class=n>#<th>operator<th>output<th class=n>MACs<th class=n>constants<th class=n>RAM\
         <th>proved or fused</tr>",
    );
    for (at, layer) in model.layers.iter().enumerate() {
        let shape: Vec<String> = layer.shape.iter().map(ToString::to_string).collect();
        let _ = write!(
            table,
            "<tr><td class=n>{}<td>{}<td>{}<td class=n>{}<td class=n>{}<td class=n>{}<td>{}</tr>",
            at + 1,
            layer.operator,
            shape.join(" × "),
            grouped(layer.macs),
            grouped(layer.flash),
            grouped(layer.ram),
            escape(&layer.notes)
        );
    }
    table + "</table>"
}

/// Digits in groups of three.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for group in digits.as_bytes()[first..].chunks(3) {
        if !text.is_empty() {
            text.push('\u{202f}');
        }
        text.push_str(&String::from_utf8_lossy(group));
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        let plain = |number| grouped(number).replace('\u{202f}', " ");
        assert_eq!([0, 12, 999, 1000, 7_489_664].map(plain), ["0", "12", "999", "1 000", "7 489 664"]);
    }

    #[test]
    fn names_cannot_be_markup() {
        assert_eq!(escape("<b>&"), "&lt;b&gt;&amp;");
    }
}
