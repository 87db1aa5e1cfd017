//! What the compiler says to people: where, what, why, and what to do.

use std::fmt;

/// The place in a model that a diagnostic speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The file as a whole.
    Model,
    /// A tensor, by its index in the main graph, and its name.
    Tensor {
        /// Position in the graph's list of tensors.
        index: usize,
        /// The name in the file.
        name: String,
    },
    /// An operator of the main graph.
    Operator {
        /// Position in the order of execution.
        index: usize,
        /// The operator's name in TensorFlow Lite's schema, e.g. `CONV_2D`.
        name: String,
        /// The name of its first output, which most converters derive from the layer's.
        output: String,
    },
}

/// One reason why a model cannot be compiled. All four parts are for the person who reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it is.
    pub at: At,
    /// What was found there.
    pub what: String,
    /// Why that cannot be.
    pub why: String,
    /// What to do about it.
    pub fix: String,
}

/// A diagnostic whose place is not known yet: what an operator's reader returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was found.
    pub what: String,
    /// Why that cannot be.
    pub why: String,
    /// What to do about it.
    pub fix: String,
}

impl Problem {
    /// A problem with all its three parts.
    pub fn new(what: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), fix: fix.into() }
    }

    /// The same, at a place.
    pub fn at(self, at: At) -> Diagnostic {
        Diagnostic { at, what: self.what, why: self.why, fix: self.fix }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model => write!(f, "the model"),
            Self::Tensor { index, name } => write!(f, "tensor {index} `{}`", printable(name)),
            Self::Operator { index, name, output } => {
                write!(f, "operator {index} {}, output `{}`", printable(name), printable(output))
            }
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, what, why, fix } = self;
        write!(f, "{at}: {what}\n  why: {why}\n  fix: {fix}")
    }
}

/// A name from the file, made safe to print: control and direction characters escaped, cut if long.
pub fn printable(name: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown: String = name
        .chars()
        .take(LONGEST)
        .flat_map(|c| {
            let plain = c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
            let escape = (!plain).then(|| c.escape_default());
            escape.into_iter().flatten().chain(plain.then_some(c))
        })
        .collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// How many places of one mistake are shown.
const SHOWN: usize = 3;

/// All problems of one model as the text of one compile error. Those with the same reason and the
/// same way out stand together, the first few of them in full.
pub fn report(file: &str, diagnostics: &[Diagnostic]) -> String {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    for diagnostic in diagnostics {
        let alike = |other: &Diagnostic| other.why == diagnostic.why && other.fix == diagnostic.fix;
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| alike(first))) {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    let mut text = match groups.len() {
        1 => format!("`{file}` cannot be compiled"),
        n => format!("`{file}` cannot be compiled, for {n} reasons"),
    };
    for group in groups {
        text.push('\n');
        for Diagnostic { at, what, .. } in group.iter().take(SHOWN) {
            text.push_str(&format!("\n{at}: {what}"));
        }
        if let more @ 1.. = group.len().saturating_sub(SHOWN) {
            text.push_str(&format!("\n… and {more} more"));
        }
        if let Some(Diagnostic { why, fix, .. }) = group.first() {
            text.push_str(&format!("\n  why: {why}\n  fix: {fix}"));
        }
    }
    text
}
