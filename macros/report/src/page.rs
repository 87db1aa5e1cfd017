//! The report as a page of its own: drawings of the arena and of the work over time, and the tables.

use crate::drawing::{arena, work};
use crate::measured::{COLUMNS, Effort, Measured};
use crate::model::{Model, Stage};
use crate::terminal::optimality;
use std::fmt::Write;
use tiny_model_compiler::Figures;

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub fn page(model: &Model) -> String {
    let name = escape(&model.name);
    let measured: String = model.measured.iter().map(effort).collect();
    format!(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\n\
         <title>{name}</title>\n<style>\n{STYLE}</style>\n<main>\n<h1>{name}</h1>\n<section class=tiles>{}</section>\n\
         <h2>The arena over time</h2>\n<p class=legend>{}</p>\n<div class=scroll>{}</div>\n\
         <h2>Work</h2>\n<p class=legend><span class=key-macs></span>MACs, up \
         <span class=key-flash></span>bytes of constants, down</p>\n<div class=scroll>{}</div>\n{measured}\
         <h2>What each pass gained</h2>\n<p class=legend>Passes that change none of these are left out.</p>\n<div class=scroll>{}</div>\n\
         <h2>Layers</h2>\n<div class=scroll>{}</div>\n</main>\n</html>\n",
        tiles(model),
        legend(model),
        arena(model),
        work(model),
        stages(model),
        layers(model)
    )
}

/// The figures of the whole model.
fn tiles(model: &Model) -> String {
    let figures = &model.figures;
    let mut tiles = vec![
        ("MACs".to_owned(), figures.macs, saved(model, |figures| figures.macs)),
        ("bytes of constants".to_owned(), figures.flash, saved(model, |figures| figures.flash)),
        ("bytes of RAM".to_owned(), figures.ram, optimality(model)),
        ("layers".to_owned(), model.layers.len(), String::new()),
    ];
    for measured in &model.measured {
        let total = usize::try_from(measured.total()).unwrap_or(usize::MAX);
        let each = match measured.macs() {
            0 => String::new(),
            macs => format!("{:.2} per MAC", total as f64 / macs as f64),
        };
        tiles.push((format!("{} on {}", measured.unit, measured.core), total, each));
    }
    let tile = |(what, value, note): &(String, usize, String)| {
        let (what, note) = (escape(what), escape(note));
        format!("<div class=tile><b>{}</b><span>{what}</span><i>{note}</i></div>", grouped(*value))
    };
    tiles.iter().map(tile).collect()
}

fn legend(model: &Model) -> String {
    let mut legend =
        "<span class=key-port></span>the caller’s <span class=key-act></span>activations".to_owned();
    if model.blocks.iter().any(|block| block.is_state) {
        legend.push_str(" <span class=key-state></span>kept from one inference to the next");
    }
    legend.push_str(
        " <span class=key-write></span>darker: written by that layer <b class=peak>red</b>: most bytes in use",
    );
    legend
}

/// What the passes saved of a figure.
fn saved(model: &Model, figure: impl Fn(&Figures) -> usize) -> String {
    let before = model.stages.first().map_or(0, |stage| figure(&stage.figures));
    let after = figure(&model.figures);
    match before > after {
        true => format!("{} % less than before all passes", 100 * (before - after) / before),
        false => String::new(),
    }
}

/// What was measured on one board.
fn effort(measured: &Measured) -> String {
    let most = measured.layers.iter().map(|layer| layer.effort).max().unwrap_or(0).max(1);
    let mut table = String::from("<table><tr>");
    for (title, is_number) in COLUMNS {
        let class = if is_number { " class=n" } else { "" };
        let _ = write!(table, "<th{class}>{}", escape(measured.title(title)));
    }
    table.push_str("<th></tr>");
    let rows = measured.rows().into_iter().zip(&measured.layers).zip(measured.marked());
    for ((cells, layer), is_marked) in rows {
        let _ = write!(table, "<tr{}>", if is_marked { " class=mark" } else { "" });
        for (cell, (_, is_number)) in cells.iter().zip(COLUMNS) {
            let class = if is_number { " class=n" } else { "" };
            let cell = cell.parse().map_or_else(|_| escape(cell), grouped);
            let _ = write!(table, "<td{class}>{cell}");
        }
        let _ = write!(table, "<td class=bars>{}</tr>", bars(measured, layer, most));
    }
    table.push_str("</table>");
    format!(
        "<h2>Measured on {} ({})</h2>\n<p class=legend>{}.<br><span class=key-bound></span>the least that the loop can \
         take <span class=key-over></span>above that, most of it in the layers in bold <span class=key-none></span>layers \
         without a bound</p>\n<div class=scroll>{table}</div>\n",
        escape(&measured.core),
        escape(&measured.board),
        escape(&measured.summary())
    )
}

/// A bar of a layer's effort, as far as it is bound and above that.
fn bars(measured: &Measured, layer: &Effort, most: u64) -> String {
    let wide = |effort: u64| 100.0 * effort as f64 / most as f64;
    let (first, class) = match layer.bound {
        Some(bound) => (bound.min(layer.effort), "bound"),
        None => (layer.effort, "none"),
    };
    let over = layer.effort - first;
    let (unit, limit) = (&measured.unit, (measured.limit * layer.macs as f64) as usize);
    let title = format!(
        "{} {unit}; the loop takes at least {}, the multiplications alone {}",
        grouped(layer.effort as usize),
        layer.bound.map_or("?".to_owned(), |bound| grouped(bound as usize)),
        grouped(limit)
    );
    format!(
        "<span class=bar title=\"{}\"><i class={class} style=\"width:{:.2}%\"></i><i class=over \
         style=\"width:{:.2}%\"></i></span>",
        escape(&title),
        wide(first),
        wide(over)
    )
}

/// A figure after a pass, beside that before it.
fn change(before: Option<usize>, after: usize, most: usize) -> String {
    let share = 100.0 * after as f64 / most.max(1) as f64;
    let less = match before {
        Some(before) if before > after => format!("−{}", grouped(before - after)),
        Some(before) if before < after => format!("+{}", grouped(after - before)),
        _ => String::new(),
    };
    format!(
        "<td class=n>{}<td class=n><em>{less}</em><td class=bars><span class=bar><i class=bound \
         style=\"width:{share:.2}%\"></i></span>",
        grouped(after)
    )
}

fn stages(model: &Model) -> String {
    let mut table = String::from("<table class=stages><tr><th>after");
    for title in Stage::TITLES {
        let _ = write!(table, "<th class=n>{title}<th><th>");
    }
    table.push_str("</tr>");
    let totals: Vec<_> = model.stages.iter().map(Stage::totals).collect();
    for (at, stage) in model.stages.iter().enumerate() {
        let _ = write!(table, "<tr><td><code>{}</code>", stage.pass);
        for (column, &total) in totals[at].iter().enumerate() {
            let before = at.checked_sub(1).map(|before| totals[before][column]);
            let most = totals.iter().map(|totals| totals[column]).max().unwrap_or(0);
            table.push_str(&change(before, total, most));
        }
        table.push_str("</tr>");
    }
    table + "</table>"
}

fn layers(model: &Model) -> String {
    let mut table = String::from(
        "<table><tr><th class=n><th>operator<th>output<th class=n>MACs<th class=n>constants<th class=n>RAM\
         <th>proved or fused</tr>",
    );
    let peak = model.layers.iter().map(|layer| layer.ram).max().unwrap_or(0);
    for (at, layer) in model.layers.iter().enumerate() {
        let shape: Vec<String> = layer.shape.iter().map(ToString::to_string).collect();
        let _ = write!(
            table,
            "<tr><td class=n>{}<td>{}<td>{}<td class=n>{}<td class=n>{}<td class=\"n{}\">{}<td>{}</tr>",
            at + 1,
            layer.operator,
            shape.join(" × "),
            grouped(layer.macs),
            grouped(layer.flash),
            if layer.ram == peak { " peak" } else { "" },
            grouped(layer.ram),
            escape(&layer.notes)
        );
    }
    table + "</table>"
}

/// Digits in groups of three.
pub fn grouped(number: usize) -> String {
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

/// Text in which nothing is markup, in elements and in attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
        assert_eq!(escape("<b>&\""), "&lt;b&gt;&amp;&quot;");
    }
}
