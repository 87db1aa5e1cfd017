//! How near a quantized model has to be to the float model: compile errors that point at the limit.

use crate::quantize::measure::Accuracy;
use crate::quantize::model::Facts;
use crate::quantize::settings::Bits;
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::fmt;
use syn::Lit;

/// What is measured of a quantized model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Share of samples whose class is the right one.
    Accuracy,
    /// Share of samples whose class is that of the float model.
    Agreement,
    /// Signal-to-noise ratio in dB.
    Sqnr,
}

/// A limit: `agreement >= 0.98`.
#[derive(Clone)]
pub struct Demand {
    /// Of what.
    pub measure: Measure,
    /// The least that is allowed, a number.
    pub least: Lit,
}

impl fmt::Debug for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} >= {}", self.measure, self.least.to_token_stream())
    }
}

/// Errors for demands that are not met.
pub fn emit(file: &str, demands: &[Demand], facts: Option<&Facts>) -> TokenStream {
    demands.iter().filter_map(|demand| error(file, demand, facts)).collect()
}

fn error(file: &str, demand: &Demand, facts: Option<&Facts>) -> Option<TokenStream> {
    let message = match (facts, number(&demand.least)) {
        (_, None) => "a limit is a number: a share from 0 to 1, or dB".to_owned(),
        (None, _) => {
            format!("`{file}` is an integer model, of which there is no float model to compare with")
        }
        (Some(facts), Some(least)) => match value(demand.measure, &facts.accuracy) {
            Some(value) if value >= least => return None,
            Some(value) => missed(file, demand.measure, (value, least), facts),
            None => unknown(file, demand.measure),
        },
    };
    Some(syn::Error::new_spanned(&demand.least, message).into_compile_error())
}

fn number(literal: &Lit) -> Option<f64> {
    match literal {
        Lit::Float(number) => number.base10_parse().ok(),
        Lit::Int(number) => number.base10_parse().ok(),
        _ => None,
    }
}

fn value(measure: Measure, accuracy: &Accuracy) -> Option<f64> {
    match measure {
        Measure::Accuracy => accuracy.accuracy,
        Measure::Agreement => accuracy.agreement,
        Measure::Sqnr => Some(accuracy.sqnr),
    }
}

/// What was found, which operators lose most, and what would help.
fn missed(file: &str, measure: Measure, (value, least): (f64, f64), facts: &Facts) -> String {
    let (what, unit, digits) = match measure {
        Measure::Accuracy => ("accuracy", "", 4),
        Measure::Agreement => ("agreement with the float model", "", 4),
        Measure::Sqnr => ("signal-to-noise ratio", " dB", 2),
    };
    let mut text =
        format!("{what} of `{file}` is {value:.digits$}{unit}, on {} samples", facts.accuracy.samples);
    if let (Measure::Accuracy, Some(float)) = (measure, facts.accuracy.float_accuracy) {
        text.push_str(&format!(" (the float model has {float:.4})"));
    }
    for loss in &facts.losses {
        text.push_str(&format!("\n  {}: {:.1} dB, {:.1} dB before it", loss.at, loss.after, loss.before));
    }
    text.push_str("\n  fix: ");
    text.push_str(&help(measure, least, facts));
    text
}

/// What is not done yet, and can bring a model nearer to a limit.
fn help(measure: Measure, least: f64, facts: &Facts) -> String {
    let Facts { bits, samples, accuracy, .. } = facts;
    // Quantization does not make a model better than it is.
    if measure == Measure::Accuracy && accuracy.float_accuracy.is_some_and(|float| float < least) {
        return "a float model that is right more often, or a lower limit".to_owned();
    }
    let bits = match bits {
        Bits::Eight => Some("`bits = 16;`"),
        Bits::Auto => Some("more `ram` or `flash` for `bits = auto;`, `bits = 16;`"),
        Bits::Sixteen => None,
    };
    let samples = match samples {
        0 => "samples of what the model will see instead of made-up ones",
        _ => "more samples that are like what the model will see",
    };
    let ways: Vec<&str> = bits.into_iter().chain([samples, "or a lower limit"]).collect();
    ways.join(", ")
}

fn unknown(file: &str, measure: Measure) -> String {
    match measure {
        Measure::Accuracy => format!(
            "the right classes for `{file}` are not known: name samples with labels, as in \
             `verify = \"test.npz\";` with an array `labels`"
        ),
        _ => format!(
            "the outputs of `{file}` are no classes: demand a signal-to-noise ratio, as in `sqnr >= 25.0;`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_done_yet_helps() {
        let told = |bits, samples, float_accuracy| {
            let accuracy = Accuracy { float_accuracy, ..Accuracy::default() };
            help(Measure::Accuracy, 0.9, &Facts { bits, samples, accuracy, ..Facts::default() })
        };
        let more = "more samples that are like what the model will see, or a lower limit";
        assert_eq!(told(Bits::Eight, 9, Some(0.95)), format!("`bits = 16;`, {more}"));
        assert_eq!(told(Bits::Sixteen, 9, Some(0.95)), more);
        assert!(told(Bits::Auto, 9, None).starts_with("more `ram` or `flash`"));
        assert!(told(Bits::Sixteen, 0, None).starts_with("samples of what"));
        let better = "a float model that is right more often, or a lower limit";
        assert_eq!(told(Bits::Eight, 9, Some(0.8)), better);
    }
}
