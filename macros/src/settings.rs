//! What follows the path in the long form: `calibrate = "samples.npy"; …`.

use crate::locate;
use proc_macro2::{Ident, TokenTree};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Error, Lit, LitInt, LitStr, Token, parenthesized, token};
use tiny_model_compiler::{Bits, Calibration, Demand, Files, Fixed, Measure, Options, Verification};

/// All settings of a model.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) options: Options,
    /// Everything that is wrong with them.
    pub(crate) error: Option<Error>,
}

/// One that can be made.
struct Setting {
    name: &'static str,
    /// How it is written.
    form: &'static str,
    /// Reads what follows the name, up to the semicolon.
    read: fn(&mut Settings, ParseStream<'_>) -> syn::Result<()>,
}

const KNOWN: [Setting; 8] = [
    Setting { name: "calibrate", form: "calibrate = \"samples.npy\"", read: Settings::calibrate },
    Setting { name: "verify", form: "verify = \"test.npz\"", read: Settings::verify },
    Setting { name: "bits", form: "bits = 16", read: Settings::bits },
    Setting { name: "input", form: "input: I1F7", read: |to, input| to.types(input, false) },
    Setting { name: "output", form: "output: U0F8", read: |to, input| to.types(input, true) },
    Setting { name: "accuracy", form: "accuracy >= 0.95", read: |to, input| to.demand(Measure::Accuracy, input) },
    Setting { name: "agreement", form: "agreement >= 0.98", read: |to, input| to.demand(Measure::Agreement, input) },
    Setting { name: "sqnr", form: "sqnr >= 25.0", read: |to, input| to.demand(Measure::Sqnr, input) },
];

impl Settings {
    /// Reads all of them. After a mistake it goes on behind the next semicolon.
    pub(crate) fn read(input: ParseStream<'_>) -> Self {
        let mut settings = Self::default();
        let mut made: Vec<String> = Vec::new();
        while !input.is_empty() {
            if let Err(error) = settings.one(input, &mut made) {
                match &mut settings.error {
                    Some(all) => all.combine(error),
                    none => *none = Some(error),
                }
                while let Ok(tree) = input.parse::<TokenTree>() {
                    if matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ';') {
                        break;
                    }
                }
            }
        }
        settings
    }

    fn one(&mut self, input: ParseStream<'_>, made: &mut Vec<String>) -> syn::Result<()> {
        let Ok(name) = input.fork().parse::<Ident>() else {
            return Err(input.error("expected a setting, as `name = value;`"));
        };
        let Some(known) = KNOWN.iter().find(|known| name == known.name) else {
            return Err(unknown(&name));
        };
        if made.iter().any(|other| name == other) {
            return Err(Error::new(name.span(), format!("`{name}` is set a second time")));
        }
        made.push(name.to_string());
        input.parse::<Ident>()?;
        (known.read)(self, input).map_err(|mut error| {
            error.combine(Error::new(name.span(), format!("this setting is written `{};`", known.form)));
            error
        })?;
        input.parse::<Token![;]>().map(drop)
    }

    fn calibrate(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
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

    fn verify(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![=]>()?;
        self.options.quantization.verification = Verification::Files(files(input)?);
        Ok(())
    }

    fn bits(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![=]>()?;
        let number: LitInt = input.parse()?;
        self.options.quantization.bits = match number.base10_digits() {
            "8" => Bits::Eight,
            "16" => Bits::Sixteen,
            _ => return Err(Error::new(number.span(), "activations have 8 bits or 16")),
        };
        Ok(())
    }

    /// The type of an input or output, or of several in parentheses, where `_` leaves the choice.
    fn types(&mut self, input: ParseStream<'_>, output: bool) -> syn::Result<()> {
        input.parse::<Token![:]>()?;
        let types = match input.peek(token::Paren) {
            true => {
                let inside;
                parenthesized!(inside in input);
                Punctuated::<Option<Fixed>, Token![,]>::parse_terminated_with(&inside, fixed)?.into_iter().collect()
            }
            false => vec![fixed(input)?],
        };
        match output {
            true => self.options.quantization.outputs = types,
            false => self.options.quantization.inputs = types,
        }
        Ok(())
    }

    fn demand(&mut self, measure: Measure, input: ParseStream<'_>) -> syn::Result<()> {
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
    let low = number(input)?;
    input.parse::<Token![..=]>()?;
    let high = number(input)?;
    match low < high {
        true => Ok((low, high)),
        false => Err(input.error("the first bound has to be less than the second")),
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

fn unknown(name: &Ident) -> Error {
    let near =
        KNOWN.iter().find(|known| strsim::jaro_winkler(&name.to_string().to_lowercase(), known.name) > 0.8);
    let message = match near {
        Some(Setting { form, .. }) => format!("there is no setting `{name}`; perhaps `{form};` was meant"),
        None => {
            let known = listed(KNOWN.iter().map(|known| format!("{};", known.form)));
            format!("there is no setting `{name}`; there are {known}")
        }
    };
    Error::new(name.span(), message)
}

fn listed(names: impl Iterator<Item = String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
