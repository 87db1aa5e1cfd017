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

/// All problems of one model as the text of one compile error.
pub fn report(file: &str, diagnostics: &[Diagnostic]) -> String {
    let mut text = match diagnostics.len() {
        1 => format!("`{file}` cannot be compiled"),
        n => format!("`{file}` cannot be compiled, for {n} reasons"),
    };
    for diagnostic in diagnostics {
        text.push_str("\n\n");
        text.push_str(&diagnostic.to_string());
    }
    text
}
