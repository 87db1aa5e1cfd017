//! All that is wrong with a model as the text of one compile error.

use crate::diagnostics::{At, Diagnostic, printable};
use std::fmt::Write;

/// How many places of one mistake are shown.
const SHOWN: usize = 3;

/// All problems of one model. Those with the same reason and the same way out stand together; what is
/// the same at several places is one line with the first of them.
pub fn report(file: &str, diagnostics: &[Diagnostic]) -> String {
    let groups = grouped(diagnostics.iter(), |a, b| a.why == b.why && a.fix == b.fix);
    let mut text = match groups.len() {
        _ if diagnostics.iter().any(Diagnostic::is_bug) => {
            format!("`{file}` cannot be compiled, because of a bug in tiny-model")
        }
        1 => format!("`{file}` cannot be compiled"),
        n => format!("`{file}` cannot be compiled, for {n} reasons"),
    };
    for group in groups {
        text.push('\n');
        let lines = grouped(group.iter().copied(), |a, b| a.what == b.what && kind(&a.at) == kind(&b.at));
        for line in lines.iter().take(SHOWN) {
            let _ = write!(text, "\n{}", places(line));
        }
        let more = lines.iter().skip(SHOWN).flatten().count();
        if more > 0 {
            let _ = write!(text, "\n… and {more} more");
        }
        if let Some(Diagnostic { why, fix, .. }) = group.first() {
            let _ = write!(text, "\n  why: {why}\n  fix: {fix}");
        }
    }
    text
}

/// One warning, which does not keep a model from being compiled.
pub fn warning(file: &str, diagnostic: &Diagnostic) -> String {
    let silence =
        "or write `#[allow(deprecated)]` before the struct, or on a module around the macro, to silence this";
    format!("`{file}` compiles, but\n\n{diagnostic},\n       {silence}")
}

/// What is alike stands together, in the order of the first of each.
fn grouped<'a>(
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    alike: impl Fn(&Diagnostic, &Diagnostic) -> bool,
) -> Vec<Vec<&'a Diagnostic>> {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    for diagnostic in diagnostics {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| alike(first, diagnostic))) {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    groups
}

/// What places must have in common to be one line: operators of one name, or all tensors.
fn kind(at: &At) -> (u8, &str) {
    match at {
        At::Model => (0, ""),
        At::Compiler => (1, ""),
        At::Tensor { .. } => (2, ""),
        At::Operator { name, .. } => (3, name),
    }
}

/// One line for what is the same at all these places.
fn places(diagnostics: &[&Diagnostic]) -> String {
    let Some(first) = diagnostics.first() else { return String::new() };
    if let [only] = diagnostics {
        return format!("{}: {}", only.at, only.what);
    }
    let shown: Vec<String> = diagnostics.iter().take(SHOWN).map(|diagnostic| place(&diagnostic.at)).collect();
    let (count, shown) = (diagnostics.len(), shown.join(", "));
    let all = match &first.at {
        At::Operator { name, .. } => format!("{count} operators {}", printable(name)),
        At::Tensor { .. } => format!("{count} tensors"),
        At::Model | At::Compiler => return format!("{}: {}", first.at, first.what),
    };
    let rest = if count > SHOWN { ", …" } else { "" };
    format!("{all} ({shown}{rest}): {}", first.what)
}

/// A place in a list of places of one kind.
fn place(at: &At) -> String {
    match at {
        At::Operator { index, output: name, .. } | At::Tensor { index, name } => {
            if name.is_empty() {
                index.to_string()
            } else {
                format!("{index} `{}`", printable(name))
            }
        }
        At::Model | At::Compiler => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Problem;

    fn unsupported(index: usize, name: &str) -> Diagnostic {
        let output = format!("layer_{index}");
        Problem::new("not supported", "no kernel", "replace it").at(At::Operator {
            index,
            name: name.to_owned(),
            output,
        })
    }

    #[test]
    fn many_of_one_kind_are_one_line() {
        let cosines = (0..38).map(|index| unsupported(index, "COS"));
        let problems: Vec<Diagnostic> = cosines.chain([unsupported(38, "SIN")]).collect();
        let expected = "`m.tflite` cannot be compiled\n\
            \n38 operators COS (0 `layer_0`, 1 `layer_1`, 2 `layer_2`, …): not supported\
            \noperator 38 SIN, output `layer_38`: not supported\
            \n  why: no kernel\
            \n  fix: replace it";
        assert_eq!(report("m.tflite", &problems), expected);
    }

    #[test]
    fn many_kinds_are_cut_short() {
        let names = ["COS", "SIN", "EXP", "LOG", "LOG", "SQRT"];
        let problems: Vec<Diagnostic> =
            names.iter().enumerate().map(|(index, name)| unsupported(index, name)).collect();
        let text = report("m.tflite", &problems);
        assert!(text.contains("operator 2 EXP, output `layer_2`: not supported\n… and 3 more\n"), "{text}");
    }

    #[test]
    fn a_bug_of_ours_is_not_blamed_on_the_model() {
        let text = report("m.tflite", &[Diagnostic::bug("a view leaves its tensor")]);
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!(
            "`m.tflite` cannot be compiled, because of a bug in tiny-model\n\
            \nthe compiler: a view leaves its tensor\
            \n  why: this is a bug in tiny-model {version}, the model is not at fault\
            \n  fix: please report it with this message, and with the model if you may share it"
        );
        assert_eq!(text, expected);
    }
}
