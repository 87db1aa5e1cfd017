//! Drawings: the arena over time, and the work of each layer below it on the same columns.

use crate::model::{Block, Layer, Model};
use crate::page::{escape, grouped};
use std::fmt::Write;

/// Height of the arena and of a half of the work, in pixels.
const HEIGHT: usize = 400;
const BAR: usize = 110;
/// What is above the arena, and left of the first column.
const TOP: usize = 10;
const LEFT: usize = 72;
const RIGHT: usize = 8;
/// A drawing is so wide where there are few layers.
const WIDTH: usize = 960;
/// About the width of a letter, some of which are bold.
const LETTER: usize = 7;
const BOLD: usize = 8;

/// The width of one column, and of all: one for each layer, one before and one after them.
fn columns(model: &Model) -> (usize, usize) {
    let count = model.layers.len() + 2;
    let width = (WIDTH / count).max(15);
    (width, width * count)
}

fn open(class: &str, label: &str, width: usize, height: usize) -> String {
    let width = LEFT + width + RIGHT;
    format!(
        "<svg class={class} width={width} height={height} viewBox=\"0 0 {width} {height}\" role=img \
         aria-label=\"{label}\">"
    )
}

/// What a layer is, for who points at it.
fn title(at: usize, layer: &Layer) -> String {
    let mut title = format!(
        "{} {} {:?}\n{} MACs, {} bytes of constants, {} bytes of the arena in use",
        at + 1,
        layer.operator,
        layer.shape,
        grouped(layer.macs),
        grouped(layer.flash),
        grouped(layer.ram)
    );
    if !layer.notes.is_empty() {
        let _ = write!(title, "\n{}", layer.notes);
    }
    format!("<title>{}</title>", escape(&title))
}

/// Time goes to the right, addresses go up.
pub fn arena(model: &Model) -> String {
    let (column, width) = columns(model);
    let arena = model.arena.max(1);
    let y = |address: usize| TOP as f64 + HEIGHT as f64 * (1.0 - address as f64 / arena as f64);
    let letters = model.layers.iter().map(|layer| layer.operator.len() + 4).max().unwrap_or(0);
    let height = TOP + HEIGHT + BOLD * letters;
    let mut svg = open("arena", "what lies in the arena while each layer runs", width, height);
    for quarter in 0..=4 {
        let address = arena * quarter / 4;
        let (at, line, text) = (y(address), LEFT + width, LEFT - 8);
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
    blocks.iter().for_each(|block| svg.push_str(&rectangle(block, column, y)));
    blocks.iter().for_each(|block| svg.push_str(&label(block, column, y)));
    let peak = model.layers.iter().map(|layer| layer.ram).max().unwrap_or(0);
    for (at, layer) in model.layers.iter().enumerate() {
        let (x, y) = (LEFT + (at + 1) * column + column / 2 + 4, TOP + HEIGHT + 10);
        let class = if layer.ram == peak { "peak" } else { "axis" };
        let _ = write!(
            svg,
            "<g>{}<text class={class} transform=\"translate({x} {y}) rotate(-90)\" text-anchor=end>{} {}</text></g>",
            title(at, layer),
            at + 1,
            layer.operator
        );
    }
    svg.push_str("</svg>");
    svg
}

fn rectangle(block: &Block, column: usize, y: impl Fn(usize) -> f64) -> String {
    let (start, end) = (*block.live.start(), *block.live.end());
    let (x, width) = (LEFT + start * column, (end - start + 1) * column);
    let (top, bottom) = (y(block.offset + block.bytes), y(block.offset));
    let height = (bottom - top).max(1.0);
    let class = match () {
        () if block.is_state => "state",
        () if block.name.starts_with("input") || block.name.starts_with("output") => "port",
        () => "act",
    };
    let name = escape(&block.name);
    let list = |layers: &[usize]| layers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut uses = String::new();
    for (what, layers) in [("written", &block.written), ("read", &block.read)] {
        if !layers.is_empty() {
            let _ = write!(uses, "\n{what} by {}", list(layers));
        }
    }
    let mut svg = format!(
        "<g class={class}><title>{name}\n{} bytes, from {} to {}{uses}</title>\
         <rect x={x}.5 y={top:.1} width={} height={height:.1} rx=3 />",
        grouped(block.bytes),
        grouped(block.offset),
        grouped(block.offset + block.bytes),
        width.saturating_sub(1),
    );
    for &at in &block.written {
        let x = LEFT + at * column;
        let _ = write!(
            svg,
            "<rect class=write x={x}.5 y={top:.1} width={} height={height:.1} rx=3 />",
            column.saturating_sub(1)
        );
    }
    svg.push_str("</g>");
    svg
}

/// A block's name, if there is room in the column of the layer that writes it first: in one line, in two, or upwards.
/// What is kept has no other block above it.
fn label(block: &Block, column: usize, y: impl Fn(usize) -> f64) -> String {
    let (start, end) = (*block.live.start(), *block.live.end());
    let x = LEFT + start * column;
    let width = if block.is_state { (end - start + 1) * column } else { column };
    let (top, bottom) = (y(block.offset + block.bytes), y(block.offset));
    let (height, middle) = (bottom - top, (top + bottom) / 2.0);
    let fits = |letters: usize, length: usize| length > LETTER * letters + 6;
    let (name, letters) = (escape(&block.name), block.name.chars().count());
    if fits(letters, width) && height > 13.0 {
        return format!("<text x={} y={:.1}>{name}</text>", x + 5, middle + 4.0);
    }
    if let Some((operator, shape)) = name.split_once(" [")
        && fits(operator.len().max(shape.len() + 1), width)
        && height > 28.0
    {
        let (x, above, below) = (x + 5, middle - 3.0, middle + 11.0);
        return format!("<text x={x} y={above:.1}>{operator}</text><text x={x} y={below:.1}>[{shape}</text>");
    }
    let upwards =
        if fits(letters, height as usize) { name.as_str() } else { name.split(' ').next().unwrap_or("") };
    if !fits(upwards.len(), height as usize) {
        return String::new();
    }
    let x = x + width / 2 + 4;
    format!("<text transform=\"translate({x} {middle:.1}) rotate(-90)\" text-anchor=middle>{upwards}</text>")
}

/// Bars of MACs and of constants, layer by layer.
pub fn work(model: &Model) -> String {
    let (column, width) = columns(model);
    let most = |figure: &dyn Fn(&Layer) -> usize| model.layers.iter().map(figure).max().unwrap_or(0).max(1);
    let (macs, flash) = (most(&|layer| layer.macs), most(&|layer| layer.flash));
    let mut svg = open("work", "the work and the constants of each layer", width, 2 * BAR + 8);
    let at = LEFT - 8;
    for (what, number, y) in [("MACs", macs, 12), ("constants", flash, 2 * BAR - 14)] {
        let _ = write!(
            svg,
            "<text class=axis x={at} y={y} text-anchor=end>{}</text><text class=axis x={at} y={} \
             text-anchor=end>{what}</text>",
            grouped(number),
            y + 14
        );
    }
    let _ = write!(svg, "<line class=grid x1={LEFT} x2={} y1={BAR} y2={BAR} />", LEFT + width);
    for (at, layer) in model.layers.iter().enumerate() {
        let x = LEFT + (at + 1) * column;
        // A pixel at least, where there is anything.
        let bar = |figure: usize, most: usize| match figure {
            0 => 0,
            figure => ((BAR - 8) as u128 * figure as u128 / most as u128).max(1),
        };
        let (up, down, wide) = (bar(layer.macs, macs), bar(layer.flash, flash), column.saturating_sub(2));
        let _ = write!(
            svg,
            "<g>{}<rect class=back x={x} y=0 width={wide} height={} /><rect class=macs x={x} y={} width={wide} \
             height={up} rx=2 /><rect class=flash x={x} y={} width={wide} height={down} rx=2 /></g>",
            title(at, layer),
            2 * BAR,
            (BAR - 2) as u128 - up,
            BAR + 2
        );
    }
    svg.push_str("</svg>");
    svg
}
