//! Limits that a caller sets to what a model takes: compile errors that point at them.

use crate::Item;
use crate::graph::Graph;
use crate::layout::Layout;
use crate::program::{BACKENDS, Call, Program};
use crate::quantize::settings::Limits;
use crate::table::{Figures, flash_on, live_bytes};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{BinOp, Expr, ExprBinary, Lit};

/// Something of which a model takes much or little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Bytes of RAM.
    Ram,
    /// Bytes of constants in program memory.
    Flash,
    /// Multiplications and accumulations of one inference.
    Macs,
}

/// A limit: `ram <= 9 * 1024`.
#[derive(Clone)]
pub struct Budget {
    /// Of what.
    pub resource: Resource,
    /// The most that is allowed. What is not computed here, rustc computes.
    pub limit: Expr,
}

/// How many operators are named.
const SHOWN: usize = 3;

/// Errors for the budgets that a model exceeds, and assertions for those whose limits rustc knows.
pub fn emit(item: &Item, graph: &Graph, program: &Program, layout: &Layout) -> TokenStream {
    let one = |Budget { resource, limit }: &Budget| {
        let excess = Excess { file: item.path.value(), resource: *resource, graph, program, layout };
        match value(limit) {
            Err(message) => error(limit, &message),
            Ok(Some(limit_value)) if excess.used() > limit_value => error(limit, &excess.text(limit_value)),
            // On some backends the same weights take more.
            Ok(Some(limit_value)) if excess.most() <= limit_value => TokenStream::new(),
            Ok(_) => assertion(item, limit, &excess),
        }
    };
    item.budgets.iter().map(one).collect()
}

/// The limits of RAM and of constants, the least of several.
pub(crate) fn limits(budgets: &[Budget]) -> Limits {
    let mut limits = Limits::default();
    for Budget { resource, limit } in budgets {
        let least = |old: Option<u128>, new: u128| Some(old.map_or(new, |old| old.min(new)));
        match (resource, value(limit)) {
            (Resource::Ram, Ok(Some(limit))) => limits.ram = least(limits.ram, limit),
            (Resource::Flash, Ok(Some(limit))) => limits.flash = least(limits.flash, limit),
            (Resource::Ram | Resource::Flash, Ok(None)) => limits.unknown = true,
            _ => {}
        }
    }
    limits
}

fn error(limit: &Expr, message: &str) -> TokenStream {
    syn::Error::new_spanned(limit, message).into_compile_error()
}

/// Has rustc compare, at the place of the limit, and say by how much it is exceeded.
fn assertion(item: &Item, limit: &Expr, excess: &Excess<'_>) -> TokenStream {
    let spans: Vec<Span> = limit.to_token_stream().into_iter().map(|tree: TokenTree| tree.span()).collect();
    let (Some(&first), Some(&last)) = (spans.first(), spans.last()) else { return TokenStream::new() };
    let [first, last] = [first, last].map(|span| Span::call_site().located_at(span));
    let (name, constant) = (&item.name, Ident::new(excess.resource.constant(), first));
    let (support, file, unit, advice) =
        (&item.support, &excess.file, excess.resource.unit(), excess.advice());
    // Numbers and words between them take no more than that.
    let len = [file, unit, &advice].iter().map(|text| text.len()).fold(128, usize::saturating_add);
    let message =
        quote!(#support::__private::Message::<#len>::new(#file, used, #unit, limit, #advice).as_str());
    let condition = quote_spanned!(first=> used <= limit, "{}", #message);
    let mut condition = Group::new(Delimiter::Parenthesis, condition);
    condition.set_span(last);
    let assertion = quote_spanned!(first=> ::core::assert! #condition);
    quote! {
        const _: () = {
            let limit: usize = #limit;
            let used: usize = #name::#constant;
            #assertion
        };
    }
}

/// The value of an expression of literals; none if there is anything else in it.
fn value(limit: &Expr) -> Result<Option<u128>, String> {
    let not_a_number = || Err("a limit is a whole number that is not negative".to_owned());
    match limit {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => match number.base10_parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => not_a_number(),
            },
            _ => not_a_number(),
        },
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => not_a_number(),
        Expr::Paren(inner) => value(&inner.expr),
        Expr::Group(inner) => value(&inner.expr),
        Expr::Binary(binary) => operation(binary),
        _ => Ok(None),
    }
}

fn operation(ExprBinary { left, op, right, .. }: &ExprBinary) -> Result<Option<u128>, String> {
    let (Some(left), Some(right)) = (value(left)?, value(right)?) else { return Ok(None) };
    let result = match op {
        BinOp::Add(_) => left.checked_add(right),
        BinOp::Sub(_) => left.checked_sub(right),
        BinOp::Mul(_) => left.checked_mul(right),
        BinOp::Div(_) => left.checked_div(right),
        BinOp::Rem(_) => left.checked_rem(right),
        BinOp::Shl(_) => {
            let power = u32::try_from(right).ok().and_then(|right| 1u128.checked_shl(right));
            power.and_then(|power| left.checked_mul(power))
        }
        BinOp::Shr(_) => u32::try_from(right).ok().and_then(|right| left.checked_shr(right)),
        _ => return Ok(None),
    };
    result.map(Some).ok_or_else(|| {
        "this limit cannot be computed: it is negative, too large, or a division by zero".to_owned()
    })
}

impl Resource {
    /// The constant of a model that says how much it takes.
    fn constant(self) -> &'static str {
        match self {
            Self::Ram => "RAM",
            Self::Flash => "FLASH",
            Self::Macs => "MACS",
        }
    }

    /// What is counted.
    fn unit(self) -> &'static str {
        match self {
            Self::Ram => "bytes of RAM",
            Self::Flash => "bytes of constants",
            Self::Macs => "MACs per inference",
        }
    }
}

/// What a model takes too much of.
struct Excess<'a> {
    file: String,
    resource: Resource,
    graph: &'a Graph,
    program: &'a Program,
    layout: &'a Layout,
}

impl Excess<'_> {
    fn used(&self) -> u128 {
        let Figures { ram, flash, macs, .. } = Figures::of(self.program, self.layout);
        let used = match self.resource {
            Resource::Ram => ram,
            Resource::Flash => flash,
            Resource::Macs => macs,
        };
        used as u128
    }

    /// The same on the backend that takes most.
    fn most(&self) -> u128 {
        let others = BACKENDS.iter().map(|backend| flash_on(self.program, backend) as u128);
        match self.resource {
            Resource::Flash => others.fold(self.used(), u128::max),
            _ => self.used(),
        }
    }

    /// By how much, which operators take most, and what would help.
    fn text(&self, limit: u128) -> String {
        let (used, unit) = (self.used(), self.resource.unit());
        let over = used.saturating_sub(limit);
        format!("`{}` takes {used} {unit}, {over} more than the limit of {limit}{}", self.file, self.advice())
    }

    /// Which operators take most, and what would help.
    fn advice(&self) -> String {
        let live = live_bytes(self.program, self.layout);
        let of = |(call, live): (_, usize)| (self.of(call, live), call);
        let mut calls: Vec<(usize, &Call)> = self.program.calls.iter().zip(live).map(of).collect();
        calls.sort_by_key(|&(much, _)| std::cmp::Reverse(much));
        let mut text = "\n".to_owned();
        for (much, call) in calls.iter().take(SHOWN).filter(|(much, _)| *much > 0) {
            text.push_str(&format!("\n{}: {}", self.place(call), self.share(*much, call)));
        }
        let (why, fix) = self.reason();
        text.push_str(&format!("\n  why: {why}\n  fix: {fix}"));
        text
    }

    /// How much of it one call takes; while it runs, so many bytes of the arena hold something.
    fn of(&self, call: &Call, live: usize) -> usize {
        match self.resource {
            Resource::Ram => live,
            Resource::Flash => call.constant_bytes(),
            Resource::Macs => call.macs,
        }
    }

    fn place(&self, call: &Call) -> String {
        let node = self.graph.nodes.iter().find(|node| node.index == call.index);
        node.map_or_else(
            || format!("operator {} {}", call.index, call.name),
            |node| self.graph.at(node).to_string(),
        )
    }

    fn share(&self, much: usize, call: &Call) -> String {
        match self.resource {
            Resource::Ram => {
                let output = call.named_windows().filter(|(name, ..)| *name == "output").last();
                let output = output.map_or(0, |(_, view, _)| view.bytes());
                format!("{much} bytes are in use while it runs, {output} of them by its output")
            }
            Resource::Flash => format!("{much} bytes of weights and tables"),
            Resource::Macs => format!("{much} MACs"),
        }
    }

    /// Why it is so much, and what would help.
    fn reason(&self) -> (String, &'static str) {
        let Layout { bytes, bound, state, .. } = *self.layout;
        match self.resource {
            Resource::Ram => {
                let plan = match bytes == bound {
                    true => "no plan for this order of operators takes less".to_owned(),
                    false => format!(
                        "no plan for this order of operators is known that takes less, and none takes less than {bound}"
                    ),
                };
                let kept = match state {
                    0 => String::new(),
                    _ => format!("; {state} bytes are kept from one inference to the next"),
                };
                let fix = "let these layers and those before them give less: a stride, a pooling, fewer channels or a \
                           smaller input";
                (plan + &kept, fix)
            }
            Resource::Flash => (
                "these operators hold most of them; code is not counted".to_owned(),
                "make these layers smaller: fewer channels or units, or weights of four bits",
            ),
            Resource::Macs => (
                "these operators compute most".to_owned(),
                "let these layers do less: a stride or a pooling before them, fewer channels, or depthwise convolutions",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn limits_of_literals_are_computed() {
        let of = |text: &str| value(&syn::parse_str(text).expect("it is an expression"));
        assert_eq!(of("9 * 1024"), Ok(Some(9216)));
        assert_eq!(of("(1 << 10) + 0x10_usize"), Ok(Some(1040)));
        assert_eq!(of("100 / 7 % 4 - 1"), Ok(Some(1)));
        assert_eq!(of("4096 >> 2"), Ok(Some(1024)));
        assert_eq!(of("LIMIT - 5"), Ok(None));
        assert_eq!(of("limit(3)"), Ok(None));
        for wrong in ["1 - 2", "1 / 0", "1 << 200", "-1", "1.5", "\"9\""] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
