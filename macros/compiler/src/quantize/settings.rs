//! How a float model is to be quantized.

use super::samples::Files;
use crate::diagnostics::Problem;
use std::fmt;

/// The elements of every input, for one inference.
pub type Sample = Vec<Vec<f32>>;

/// How a float model is to be quantized, and what is demanded of the result.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What the model will see.
    pub calibration: Calibration,
    /// Bits of activations; weights have 8.
    pub bits: Bits,
    /// What the model may take, for [`Bits::Auto`].
    pub limits: Limits,
    /// The type of each input that the user has chosen.
    pub inputs: Vec<Option<Fixed>>,
    /// The type of each output that the user has chosen.
    pub outputs: Vec<Option<Fixed>>,
    /// What the result is measured on, if not on the samples of the calibration.
    pub verification: Verification,
}

impl Settings {
    /// Absolute paths of all files of samples.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &String> {
        let of_calibration = match &self.calibration {
            Calibration::Files(files) => files.sources.as_slice(),
            _ => &[],
        };
        let of_verification = match &self.verification {
            Verification::Files(files) => files.sources.as_slice(),
            _ => &[],
        };
        of_calibration.iter().chain(of_verification)
    }
}

/// Where samples of what the model will see come from.
#[derive(Clone, Debug, Default)]
pub enum Calibration {
    /// There are none.
    #[default]
    None,
    /// The user has them.
    Samples(Vec<Sample>),
    /// The user has files of them.
    Files(Files),
    /// Numbers between two bounds stand for them.
    Uniform(f32, f32),
}

/// Samples that the quantized model is measured on.
#[derive(Clone, Debug, Default)]
pub enum Verification {
    /// The samples of the calibration.
    #[default]
    Same,
    /// Others, and the number of the right class for each if they are known.
    Samples(Vec<Sample>, Option<Vec<usize>>),
    /// Files of others.
    Files(Files),
}

/// Bits of activations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bits {
    /// Eight.
    #[default]
    Eight,
    /// Sixteen.
    Sixteen,
    /// Eight, and sixteen for single layers where that buys most, within the limits.
    Auto,
}

/// What a model may take in which single layers have 16 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of RAM.
    pub ram: Option<u128>,
    /// Bytes of constants.
    pub flash: Option<u128>,
    /// Whether there is one that only rustc can compute.
    pub unknown: bool,
}

impl Limits {
    /// Refuses limits by which nothing can be decided.
    pub(crate) fn check(self) -> Result<(), Problem> {
        if self.unknown {
            return Err(Problem::new(
                "`bits = auto;` with a limit that is not written as a number",
                "layers are chosen before the compiler knows what a constant is",
                "write the limit as a number, as in `ram <= 16 * 1024;`",
            ));
        }
        if self == Self::default() {
            return Err(Problem::new(
                "`bits = auto;` without a limit",
                "16 bits are nearer everywhere, so that every layer would have them",
                "say what the model may take, as in `ram <= 16 * 1024;`, or write `bits = 16;`",
            ));
        }
        Ok(())
    }

    /// Whether a model that takes so much is within them.
    pub(crate) fn allow(self, ram: usize, flash: usize) -> bool {
        let within = |limit: Option<u128>, used: usize| limit.is_none_or(|limit| used as u128 <= limit);
        within(self.ram, ram) && within(self.flash, flash)
    }
}

/// A type of the crate `fixed` with 8 or 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Whether it has negative numbers.
    pub signed: bool,
    /// All of its bits.
    pub bits: u32,
    /// Those behind the point.
    pub fraction: u32,
}

impl Fixed {
    /// Reads a name as `I3F5`.
    pub fn parse(name: &str) -> Option<Self> {
        let signed = name.starts_with('I');
        let (whole, fraction) = name.strip_prefix(['I', 'U'])?.split_once('F')?;
        let (whole, fraction): (u32, u32) = (whole.parse().ok()?, fraction.parse().ok()?);
        let bits = whole.checked_add(fraction).filter(|bits| matches!(bits, 8 | 16))?;
        Some(Self { signed, bits, fraction })
    }

    /// What one step is worth.
    pub(crate) fn scale(self) -> f32 {
        libm::ldexpf(1.0, self.fraction.cast_signed().wrapping_neg())
    }

    /// The least and the greatest number.
    pub(crate) fn range(self) -> (f32, f32) {
        let greatest = |bits: u32| f32::from(u16::MAX >> 16u32.saturating_sub(bits).min(15));
        let (least, greatest) = match self.signed {
            true => (-1.0 - greatest(self.bits.saturating_sub(1)), greatest(self.bits.saturating_sub(1))),
            false => (0.0, greatest(self.bits)),
        };
        (least * self.scale(), greatest * self.scale())
    }
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signed, bits, fraction } = *self;
        write!(f, "{}{}F{fraction}", if signed { 'I' } else { 'U' }, bits.saturating_sub(fraction))
    }
}

#[cfg(test)]
mod tests {
    use super::Fixed;

    #[test]
    fn names_say_what_types_hold() {
        let range = |name: &str| Fixed::parse(name).map(Fixed::range);
        assert_eq!(range("I1F7"), Some((-1.0, 127.0 / 128.0)));
        assert_eq!(range("U0F8"), Some((0.0, 255.0 / 256.0)));
        assert_eq!(range("I8F0"), Some((-128.0, 127.0)));
        assert_eq!(range("I0F8"), Some((-0.5, 127.0 / 256.0)));
        assert_eq!(range("I4F12"), Some((-8.0, 32767.0 / 4096.0)));
        assert_eq!(range("U16F0"), Some((0.0, 65535.0)));
        for name in ["I3F4", "X3F5", "I3", "F8", "I-1F9", "I32F0", "IF", ""] {
            assert_eq!(Fixed::parse(name), None, "{name}");
        }
        for name in ["I3F5", "U0F8", "I16F0"] {
            assert_eq!(Fixed::parse(name).map(|ty| ty.to_string()).as_deref(), Some(name));
        }
    }
}
