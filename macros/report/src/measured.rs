//! What each layer took on a processor, beside the least that its inner loop can take. The harness `on-target` measures it.

use std::fmt::Write;

/// A model's layers, measured on one board.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Name of the model.
    pub model: String,
    /// The board, and its processor.
    pub board: String,
    /// The same for people.
    pub core: String,
    /// What is counted: instructions, or cycles.
    pub unit: String,
    /// No loop takes less for a multiplication and accumulation: what that is made of on this processor.
    pub limit: f64,
    /// The instructions of that limit.
    pub limited_by: String,
    /// Work before the first layer.
    pub before: u64,
    /// The layers, in order.
    pub layers: Vec<Effort>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Effort {
    /// The operator's name.
    pub operator: String,
    /// Shape of its output.
    pub shape: Vec<usize>,
    /// Multiplications and accumulations.
    pub macs: usize,
    /// What it took.
    pub effort: u64,
    /// The least that its inner loop can take, with its loads, if that is known.
    pub bound: Option<u64>,
}

/// Titles of the columns of [`Measured::rows`], and whether they are numbers.
pub const COLUMNS: [(&str, bool); 9] = [
    ("", true),
    ("operator", false),
    ("output", false),
    ("MACs", true),
    ("effort", true),
    ("per MAC", true),
    ("bound", true),
    ("×", true),
    ("share", true),
];

/// First words of the lines of a file; those of [`Measured::read`].
const KEYS: [&str; 7] = ["model", "board", "core", "unit", "limit", "limited by", "before"];

impl Effort {
    /// Work above the bound.
    pub fn excess(&self) -> u64 {
        self.bound.map_or(0, |bound| self.effort.saturating_sub(bound))
    }

    /// An effort for each multiplication, or for each output if there are none.
    fn each(&self, effort: u64) -> String {
        let outputs: usize = self.shape.iter().product();
        match self.macs {
            0 => format!("{:.2}/out", effort as f64 / outputs.max(1) as f64),
            macs => format!("{:.2}", effort as f64 / macs as f64),
        }
    }
}

impl Measured {
    /// Work of all layers and before them.
    pub fn total(&self) -> u64 {
        self.before + self.layers.iter().map(|layer| layer.effort).sum::<u64>()
    }

    /// Multiplications of all layers.
    pub fn macs(&self) -> usize {
        self.layers.iter().map(|layer| layer.macs).sum()
    }

    /// The layers farthest above their bounds, which together make up half of what is above all, and those like them.
    pub fn marked(&self) -> Vec<bool> {
        let mut excesses: Vec<u64> = self.layers.iter().map(Effort::excess).collect();
        excesses.sort_unstable_by_key(|&excess| std::cmp::Reverse(excess));
        let all: u64 = excesses.iter().sum();
        let mut sum = 0;
        let last = excesses.into_iter().find(|excess| {
            sum += excess;
            2 * sum >= all
        });
        let least = last.unwrap_or(0) / 100 * 99;
        self.layers.iter().map(|layer| layer.excess() > 0 && layer.excess() >= least).collect()
    }

    /// The cells of each layer.
    pub fn rows(&self) -> Vec<[String; COLUMNS.len()]> {
        let total = self.total().max(1) as f64;
        let row = |(at, layer): (usize, &Effort)| {
            let over = layer.bound.filter(|&bound| bound > 0);
            [
                (at + 1).to_string(),
                layer.operator.clone(),
                format!("{:?}", layer.shape),
                layer.macs.to_string(),
                layer.effort.to_string(),
                layer.each(layer.effort),
                layer.bound.map_or("-".to_owned(), |bound| layer.each(bound)),
                over.map_or("-".to_owned(), |bound| format!("{:.2}", layer.effort as f64 / bound as f64)),
                format!("{:.1} %", 100.0 * layer.effort as f64 / total),
            ]
        };
        self.layers.iter().enumerate().map(row).collect()
    }

    /// All of it in a line.
    pub fn summary(&self) -> String {
        let (total, macs) = (self.total(), self.macs());
        let bounded = self.layers.iter().filter(|layer| layer.bound.is_some());
        let (bound, under) = bounded
            .fold((0, 0), |(bound, effort), layer| (bound + layer.bound.unwrap_or(0), effort + layer.effort));
        let each = match macs {
            0 => String::new(),
            macs => format!(", {:.2} per MAC", total as f64 / macs as f64),
        };
        let (unit, limit, by) = (&self.unit, self.limit, &self.limited_by);
        format!(
            "{total} {unit}{each}; layers with a bound take {under}, their loops at least {bound}; no loop takes less \
             than {limit} per MAC ({by})"
        )
    }

    /// A table for the terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{} on {} ({})\n{}\n\n", self.model, self.board, self.core, self.summary());
        let titles = COLUMNS.map(|(title, _)| self.title(title).to_owned());
        let rows = self.rows();
        let width = |column: usize| {
            let cells = rows.iter().chain([&titles]).map(|cells| cells[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths: [usize; COLUMNS.len()] = std::array::from_fn(width);
        let mut line = |cells: &[String; COLUMNS.len()], mark: &str| {
            let cell = |at: usize| match COLUMNS[at].1 {
                true => format!("{:>width$}", cells[at], width = widths[at]),
                false => format!("{:<width$}", cells[at], width = widths[at]),
            };
            let cells: Vec<String> = (0..COLUMNS.len()).map(cell).collect();
            let _ = writeln!(text, "{}", format!("{}  {mark}", cells.join("  ")).trim_end());
        };
        line(&titles, "");
        for (row, mark) in rows.iter().zip(self.marked()) {
            line(row, if mark { "◄" } else { "" });
        }
        let _ = writeln!(
            text,
            "\n{} {} before the first layer. ◄ has most of what is above the bounds: half of it or more, together.",
            self.before, self.unit
        );
        text
    }

    /// A table as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("{}.\n\n", self.summary());
        let bar = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        text += &bar(COLUMNS.iter().map(|(title, _)| self.title(title).to_owned()).collect());
        text +=
            &bar(COLUMNS.iter().map(|(_, number)| if *number { "---:" } else { "---" }.to_owned()).collect());
        for (row, mark) in self.rows().into_iter().zip(self.marked()) {
            let shown = |(at, cell): (usize, String)| match mark && at == 7 {
                true => format!("**{cell}**"),
                false => cell,
            };
            text += &bar(row.into_iter().enumerate().map(shown).collect());
        }
        text
    }

    /// The title of a column.
    pub fn title<'a>(&'a self, title: &'a str) -> &'a str {
        if title == "effort" { &self.unit } else { title }
    }

    /// A file that [`Self::read`] reads.
    pub fn csv(&self) -> String {
        let (limit, before) = (self.limit.to_string(), self.before.to_string());
        let values = [&self.model, &self.board, &self.core, &self.unit, &limit, &self.limited_by, &before];
        let mut text: String =
            KEYS.iter().zip(values).map(|(key, value)| format!("# {key}: {value}\n")).collect();
        text.push_str("operator,output,macs,effort,bound\n");
        for layer in &self.layers {
            let shape: Vec<String> = layer.shape.iter().map(ToString::to_string).collect();
            let bound = layer.bound.map_or(String::new(), |bound| bound.to_string());
            let (operator, macs, effort) = (&layer.operator, layer.macs, layer.effort);
            let _ = writeln!(text, "{operator},{},{macs},{effort},{bound}", shape.join("x"));
        }
        text
    }

    /// What [`Self::csv`] wrote.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let mut value = |key: &str| {
            let line = lines.next().unwrap_or_default();
            let value = line.strip_prefix(&format!("# {key}: ")).map(str::to_owned);
            value.ok_or(format!("'# {key}: …' is expected where there is '{line}'"))
        };
        let (model, board, core, unit) = (value(KEYS[0])?, value(KEYS[1])?, value(KEYS[2])?, value(KEYS[3])?);
        let (limit, limited_by, before) = (value(KEYS[4])?, value(KEYS[5])?, value(KEYS[6])?);
        let limit = limit.parse().map_err(|_| format!("'{limit}' is no number"))?;
        let before = before.parse().map_err(|_| format!("'{before}' is no number"))?;
        let layers = lines.skip(1).map(|line| layer(line).ok_or(format!("'{line}' is no layer")));
        let layers = layers.collect::<Result<_, _>>()?;
        Ok(Self { model, board, core, unit, limit, limited_by, before, layers })
    }
}

fn layer(line: &str) -> Option<Effort> {
    let cells: Vec<&str> = line.split(',').collect();
    let [operator, shape, macs, effort, bound] = cells[..] else { return None };
    let sizes = shape.split('x').filter(|size| !size.is_empty());
    Some(Effort {
        operator: operator.to_owned(),
        shape: sizes.map(|size| size.parse().ok()).collect::<Option<_>>()?,
        macs: macs.parse().ok()?,
        effort: effort.parse().ok()?,
        bound: if bound.is_empty() { None } else { Some(bound.parse().ok()?) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Measured {
        let layer = |macs, effort, bound| Effort {
            operator: "CONV_2D".to_owned(),
            shape: vec![1, 2, 3],
            macs,
            effort,
            bound,
        };
        Measured {
            model: "m".to_owned(),
            board: "b".to_owned(),
            core: "Cortex-M4F".to_owned(),
            unit: "instructions".to_owned(),
            limit: 0.5,
            limited_by: "smlad".to_owned(),
            before: 10,
            layers: vec![layer(100, 120, Some(75)), layer(0, 60, None), layer(100, 310, Some(200))],
        }
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(Measured::read(&measured().csv()), Ok(measured()));
        assert_eq!(Measured::read("x"), Err("'# model: …' is expected where there is 'x'".to_owned()));
        let cut = measured().csv().replace(",310,", ",");
        assert_eq!(Measured::read(&cut), Err("'CONV_2D,1x2x3,100,200' is no layer".to_owned()));
    }

    #[test]
    fn the_layers_farthest_above_their_bounds_are_marked() {
        assert_eq!(measured().marked(), [false, false, true]);
        let text = measured().text();
        assert!(text.contains("500 instructions, 2.50 per MAC"), "{text}");
        assert!(text.contains("310       3.10   2.00  1.55  62.0 %  ◄"), "{text}");
        assert!(text.contains(" 60  10.00/out"), "{text}");
    }
}
