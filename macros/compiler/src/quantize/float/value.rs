//! What a tensor of a float model holds.

/// The elements of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Real numbers.
    Real(Vec<f32>),
    /// Integers that count, or truth values.
    Whole(Vec<i32>),
}

impl Value {
    /// Real numbers.
    pub(crate) fn real(&self) -> Option<&[f32]> {
        match self {
            Self::Real(values) => Some(values),
            Self::Whole(_) => None,
        }
    }

    /// Integers.
    pub(super) fn whole(&self) -> Option<&[i32]> {
        match self {
            Self::Whole(values) => Some(values),
            Self::Real(_) => None,
        }
    }

    /// Number of elements.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Real(values) => values.len(),
            Self::Whole(values) => values.len(),
        }
    }

    /// Four bytes for each element, for what only moves them.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Real(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::Whole(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }

    /// The reverse, of the kind of another value.
    pub(super) fn like(&self, bytes: &[u8]) -> Self {
        let words = bytes.as_chunks().0.iter();
        match self {
            Self::Real(_) => Self::Real(words.map(|&word| f32::from_le_bytes(word)).collect()),
            Self::Whole(_) => Self::Whole(words.map(|&word| i32::from_le_bytes(word)).collect()),
        }
    }
}
