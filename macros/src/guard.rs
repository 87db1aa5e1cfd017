//! A panic in the compiler, or in what it depends on, is a bug of ours: the user reads so at the path of
//! the model, instead of a backtrace.

use proc_macro2::TokenStream;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use tiny_model_compiler::{Diagnostic, Item, Refused, stub};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    /// What the last guarded panic said, and where.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Compiles a model; a panic is a diagnostic.
pub(crate) fn compile(bytes: &[u8], item: &Item) -> Result<TokenStream, Refused> {
    let compiled = guarded(|| tiny_model_compiler::compile(bytes, item));
    compiled.unwrap_or_else(|bug| Err(Refused { diagnostics: vec![*bug], stub: stub(item) }))
}

/// Runs `f`; if it panics, that is told apart from every result of it.
fn guarded<T>(f: impl FnOnce() -> T) -> Result<T, Box<Diagnostic>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| match GUARDED.get() {
            true => PANIC.set(describe(info)),
            false => previous(info),
        }));
    });
    GUARDED.set(true);
    let result = catch_unwind(AssertUnwindSafe(f));
    GUARDED.set(false);
    result.map_err(|_| Box::new(Diagnostic::bug(PANIC.take())))
}

/// What a panic said and where: what a report of it needs.
fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("a panic without a message");
    match info.location() {
        Some(place) => {
            // Of the path only the end, which is the same on every machine.
            let file: Vec<&str> = place.file().rsplit(['/', '\\']).take(4).collect();
            let file: Vec<&str> = file.into_iter().rev().collect();
            format!("panicked with `{message}` at {}:{}", file.join("/"), place.line())
        }
        None => format!("panicked with `{message}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::guarded;
    use tiny_model_compiler::report;

    #[test]
    fn a_panic_is_reported_as_a_bug_of_ours() {
        let (values, index) = ([1, 2, 3], std::hint::black_box(7));
        let bug = guarded(|| values[index]).expect_err("it panics");
        let text = report("kws.tflite", &[*bug]);
        let start = "`kws.tflite` cannot be compiled, because of a bug in tiny-model\n\n\
            the compiler: panicked with `index out of bounds: the len is 3 but the index is 7` at ";
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains("macros/src/guard.rs:"), "{text}");
        assert!(text.contains("please report it"), "{text}");
    }

    #[test]
    fn what_does_not_panic_passes() {
        assert_eq!(guarded(|| 5), Ok(5));
    }

    #[test]
    fn a_panic_in_between_does_not_stay() {
        let first = guarded(|| panic!("first"));
        let first: Result<(), _> = first;
        assert!(first.is_err_and(|bug| bug.what.contains("`first`")));
        assert_eq!(guarded(|| "fine"), Ok("fine"));
        let second: Result<(), _> = guarded(|| panic!("the {}", "second"));
        assert!(second.is_err_and(|bug| bug.what.contains("`the second`")));
    }
}
