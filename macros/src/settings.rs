//! What follows the path in the long form: `ram <= 9 * 1024; …`.

use proc_macro2::{Ident, TokenTree};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Error, LitStr, Token, bracketed};
use tiny_model_compiler::{Budget, Measure, Optimize, Options, Resource, optional_passes};

mod quantization;

/// All settings of a model.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) budgets: Vec<Budget>,
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

const KNOWN: [Setting; 13] = [
    Setting { name: "ram", form: "ram <= bytes", read: |to, input| to.budget(Resource::Ram, input) },
    Setting { name: "flash", form: "flash <= bytes", read: |to, input| to.budget(Resource::Flash, input) },
    Setting { name: "macs", form: "macs <= number", read: |to, input| to.budget(Resource::Macs, input) },
    Setting { name: "optimize", form: "optimize = \"speed\"", read: Settings::optimize },
    Setting { name: "without", form: "without = [pass]", read: Settings::without },
    Setting { name: "calibrate", form: "calibrate = \"samples.npy\"", read: Settings::calibrate },
    Setting { name: "verify", form: "verify = \"test.npz\"", read: Settings::verify },
    Setting { name: "bits", form: "bits = 16", read: Settings::bits },
    Setting { name: "input", form: "input: I1F7", read: |to, input| to.types(input, false) },
    Setting { name: "output", form: "output: U0F8", read: |to, input| to.types(input, true) },
    Setting {
        name: "accuracy",
        form: "accuracy >= 0.95",
        read: |to, input| to.demand(Measure::Accuracy, input),
    },
    Setting {
        name: "agreement",
        form: "agreement >= 0.98",
        read: |to, input| to.demand(Measure::Agreement, input),
    },
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
            // What is read up to its end is written well, and wrong for another reason.
            if !input.peek(Token![;]) {
                error.combine(Error::new(name.span(), format!("this setting is written `{};`", known.form)));
            }
            error
        })?;
        input.parse::<Token![;]>().map(drop)
    }

    fn budget(&mut self, resource: Resource, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![<=]>()?;
        let limit = input.parse()?;
        self.budgets.push(Budget { resource, limit });
        Ok(())
    }

    fn optimize(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![=]>()?;
        let given: LitStr = input.parse()?;
        let known = Optimize::ALL.into_iter().find(|known| known.to_string() == given.value());
        self.options.optimize = known.ok_or_else(|| {
            let known = listed(Optimize::ALL.iter().map(Optimize::to_string));
            Error::new(
                given.span(),
                format!("there is no way to optimize named `{}`; there are {known}", given.value()),
            )
        })?;
        Ok(())
    }

    fn without(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        input.parse::<Token![=]>()?;
        let list;
        bracketed!(list in input);
        for name in Punctuated::<Ident, Token![,]>::parse_terminated(&list)? {
            let Some(pass) = optional_passes().find(|pass| name == pass) else {
                let known = listed(optional_passes().map(str::to_owned));
                return Err(Error::new(
                    name.span(),
                    format!("there is no pass `{name}` to leave out; there are {known}"),
                ));
            };
            self.options.without.push(pass);
        }
        Ok(())
    }
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
