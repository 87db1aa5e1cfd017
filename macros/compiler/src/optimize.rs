//! What a model is compiled for.

use std::fmt;

/// What comes first where speed and program memory are at odds. Outputs are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Optimize {
    /// Constants may be several times as large where that saves work.
    Speed,
    /// The fastest loops whose constants take about as much as those of the file.
    #[default]
    Balanced,
    /// Fewer loops, and smaller ones.
    Size,
}

impl Optimize {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Speed, Self::Balanced, Self::Size];
}

impl fmt::Display for Optimize {
    /// As it is written in a setting.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Speed => "speed",
            Self::Balanced => "balanced",
            Self::Size => "size",
        })
    }
}
