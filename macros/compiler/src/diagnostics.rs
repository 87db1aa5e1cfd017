//! What the compiler says to people: where, what, why, and what to do.

use std::fmt;
use std::panic::Location;

/// The place in a model that a diagnostic speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The file as a whole.
    Model,
    /// No place in the model: the compiler itself is wrong.
    Compiler,
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
    /// The line of the compiler that says it. Every such line is in the catalogue of refusals.
    pub raised: &'static Location<'static>,
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
    /// The line that says it.
    pub raised: &'static Location<'static>,
}

impl Problem {
    /// A problem with all its three parts. Each call is one refusal, and has a case among the ui tests.
    #[track_caller]
    pub fn new(what: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), fix: fix.into(), raised: Location::caller() }
    }

    /// The same, at a place.
    pub fn at(self, at: At) -> Diagnostic {
        let Self { what, why, fix, raised } = self;
        Diagnostic { at, what, why, fix, raised }
    }
}

impl Diagnostic {
    /// A mistake of ours, which the model is not to blame for.
    #[track_caller]
    pub fn bug(what: impl fmt::Display) -> Self {
        Self {
            at: At::Compiler,
            what: what.to_string(),
            why: format!(
                "this is a bug in tiny-model {}, the model is not at fault",
                env!("CARGO_PKG_VERSION")
            ),
            fix: "please report it with this message, and with the model if you may share it".to_owned(),
            raised: Location::caller(),
        }
    }

    /// Whether it is a mistake of ours.
    pub fn is_bug(&self) -> bool {
        self.at == At::Compiler
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model => write!(f, "the model"),
            Self::Compiler => write!(f, "the compiler"),
            Self::Tensor { index, name } if name.is_empty() => write!(f, "tensor {index}"),
            Self::Tensor { index, name } => write!(f, "tensor {index} `{}`", printable(name)),
            Self::Operator { index, name, output } if output.is_empty() => {
                write!(f, "operator {index} {}", printable(name))
            }
            Self::Operator { index, name, output } => {
                write!(f, "operator {index} {}, output `{}`", printable(name), printable(output))
            }
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, what, why, fix, .. } = self;
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
