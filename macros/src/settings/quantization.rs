//! Settings for float models, which are quantized while compiling.

use super::Settings;
use crate::locate;
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Error, Lit, LitInt, LitStr, Token, parenthesized, token};
use tiny_model_compiler::{Bits, Calibration, Demand, Files, Fixed, Measure, Verification};

impl Settings {
    pub(super) fn calibrate(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![=]>()?;
        let uniform = input.fork().parse::<Ident>().is_ok_and(|name| name == "uniform");
        self.options.quantization.calibration = match uniform {
            true => {
                input.parse::<Ident>()?;
                let inside;
                parenthesized!(inside in input);
                let (low, high) = range(&inside)?;
                Calibration::Uniform(low, high)
            }
            false => Calibration::Files(files(input)?),
        };
        Ok(())
    }

    pub(super) fn verify(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![=]>()?;
        self.options.quantization.verification = Verification::Files(files(input)?);
        Ok(())
    }

    pub(super) fn bits(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![=]>()?;
        const BITS: &str = "activations have 8 bits or 16, or `auto`";
        if input.peek(syn::Ident) {
            let word: Ident = input.parse()?;
            if word != "auto" {
                return Err(Error::new(word.span(), BITS));
            }
            self.options.quantization.bits = Bits::Auto;
            return Ok(());
        }
        let number: LitInt = input.parse()?;
        self.options.quantization.bits = match number.base10_digits() {
            "8" => Bits::Eight,
            "16" => Bits::Sixteen,
            _ => return Err(Error::new(number.span(), BITS)),
        };
        Ok(())
    }

    /// The type of an input or output, or of several in parentheses, where `_` leaves the choice.
    pub(super) fn types(&mut self, input: ParseStream<'_>, output: bool) -> syn::Result<()> {
        input.parse::<Token![:]>()?;
        let types = match input.peek(token::Paren) {
            true => {
                let inside;
                parenthesized!(inside in input);
                Punctuated::<Option<Fixed>, Token![,]>::parse_terminated_with(&inside, fixed)?
                    .into_iter()
                    .collect()
            }
            false => vec![fixed(input)?],
        };
        match output {
            true => self.options.quantization.outputs = types,
            false => self.options.quantization.inputs = types,
        }
        Ok(())
    }

    pub(super) fn demand(&mut self, measure: Measure, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![>=]>()?;
        let least: Lit = input.parse()?;
        self.options.demands.push(Demand { measure, least });
        Ok(())
    }
}

/// A type of the crate `fixed`, or `_`.
fn fixed(input: ParseStream<'_>) -> syn::Result<Option<Fixed>> {
    if input.peek(Token![_]) {
        return input.parse::<Token![_]>().map(|_| None);
    }
    let name: Ident = input.parse()?;
    match Fixed::parse(&name.to_string()) {
        Some(ty) => Ok(Some(ty)),
        None => {
            let message = format!(
                "`{name}` is no type of the crate `fixed` with 8 or 16 bits: `I3F5` has 3 bits before the point, the \
                 sign among them, and 5 behind it, and `U` is for no sign"
            );
            Err(Error::new(name.span(), message))
        }
    }
}

/// Files of samples, and what their integers stand for: `"pictures" in -1.0..=1.0`.
fn files(input: ParseStream<'_>) -> syn::Result<Files> {
    let path: LitStr = input.parse()?;
    let range = match input.peek(Token![in]) {
        true => {
            input.parse::<Token![in]>()?;
            Some(range(input)?)
        }
        false => None,
    };
    let found = locate::samples(&path).map_err(|message| Error::new(path.span(), message))?;
    Ok(Files { range, ..found })
}

/// `-1.0..=1.0`.
fn range(input: ParseStream<'_>) -> syn::Result<(f32, f32)> {
    let start = input.span();
    let low = number(input)?;
    input.parse::<Token![..=]>()?;
    let high = number(input)?;
    match low < high {
        true => Ok((low, high)),
        false => Err(Error::new(start, "the first bound has to be less than the second")),
    }
}

fn number(input: ParseStream<'_>) -> syn::Result<f32> {
    let sign = match input.peek(Token![-]) {
        true => input.parse::<Token![-]>().map(|_| -1.0)?,
        false => 1.0,
    };
    let literal: Lit = input.parse()?;
    let value = match &literal {
        Lit::Float(number) => number.base10_parse::<f32>(),
        Lit::Int(number) => number.base10_parse::<f32>(),
        other => Err(Error::new(other.span(), "expected a number")),
    };
    value.map(|value| sign * value)
}
