//! What a program and the host say to each other. The host reads one line a fact, in `transcript.rs` of the
//! harness. It must take the same flash in every program, so nothing is generic but thin wrappers, and what they
//! call keeps the optimizer from fitting it to its arguments.

use core::hint::black_box;

use crate::{board, fail, stack};

/// The host as a program sees it.
pub trait Report {
    /// A remark, for people.
    fn text(&mut self, text: &str);

    /// A number the harness may use, such as `macs` (multiply-accumulates per measured work).
    fn number(&mut self, name: &str, value: u32);

    /// Fills `values` with what comes next in the program's input file; false when there is no more.
    fn input<T: Plain>(&mut self, values: &mut [T]) -> bool;

    /// A result, for comparison with the expected bytes of that name.
    fn output<T: Plain>(&mut self, name: &str, values: &[T]);

    /// Runs `work` once while the emulator counts and the stack is watched.
    fn measure<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T;
}

/// Numbers that travel as they lie in memory, least significant byte first on every board.
///
/// # Safety
/// Every byte is part of the value, and any bytes up to the limit are a valid value.
pub unsafe trait Plain: Copy {
    const GREATEST_BYTE: u8 = u8::MAX;
}

macro_rules! plain {
    ($($integer:ty)*) => {$(
        // SAFETY: integers are that.
        unsafe impl Plain for $integer {}
    )*};
}
plain!(i8 u8 i16 u16 i32 u32);

#[cfg(feature = "fixed")]
macro_rules! plain_fixed {
    ($($number:ident)*) => {$(
        // SAFETY: these are integers that count parts of one.
        unsafe impl<F: Copy> Plain for tiny_model::__private::fixed::$number<F> {}
    )*};
}
#[cfg(feature = "fixed")]
plain_fixed!(FixedI8 FixedU8 FixedI16);

// SAFETY: these are its two values.
unsafe impl Plain for bool {
    const GREATEST_BYTE: u8 = 1;
}

/// The emulator's host.
pub struct Host {
    input: board::Input,
}

impl Host {
    pub fn connect() -> Self {
        Self { input: board::Input::open() }
    }
}

impl Report for Host {
    fn text(&mut self, text: &str) {
        print_words(&["text ", text, "\n"]);
    }

    fn number(&mut self, name: &str, value: u32) {
        print_number("number ", name, value);
    }

    fn input<T: Plain>(&mut self, values: &mut [T]) -> bool {
        // SAFETY: `Plain`; the bytes are those of the slice, and the run ends if one is above the limit.
        let bytes: &mut [u8] =
            unsafe { core::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), size_of_val(values)) };
        let more = read_whole(&mut self.input, bytes);
        if bytes.iter().any(|&byte| byte > T::GREATEST_BYTE) {
            fail(b"the input has a byte that is no value");
        }
        more
    }

    fn output<T: Plain>(&mut self, name: &str, values: &[T]) {
        // SAFETY: `Plain`; the bytes are those of the slice.
        let bytes = unsafe { core::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) };
        print_bytes(name, bytes);
    }

    fn measure<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        let mut task = Task { work: Some(work), result: None };
        measure(name, &mut task);
        match task.result {
            Some(result) => result,
            None => fail(b"the work was not done"),
        }
    }
}

/// Work and what came out of it. A trait object of its own, for that of a closure holds the code twice.
struct Task<F, T> {
    work: Option<F>,
    result: Option<T>,
}

trait Run {
    fn run(&mut self);
}

impl<F: FnOnce() -> T, T> Run for Task<F, T> {
    fn run(&mut self) {
        self.result = self.work.take().map(|work| work());
    }
}

#[inline(never)]
fn measure(name: &str, task: &mut dyn Run) {
    // Of unknown origin, so the optimizer can neither move the work over a marker nor make its stack frame a
    // part of this one.
    let (name, task) = black_box((name, task));
    let paint = stack::Paint::below(board::stack_pointer());
    board::on_target_begin();
    task.run();
    board::on_target_end();
    match paint.washed_off() {
        Some(bytes) => print_number("measure ", name, bytes),
        None => fail(b"stack overflow"),
    }
}

/// Fails on half a vector: then program and file are not of the same model.
#[inline(never)]
fn read_whole(input: &mut board::Input, bytes: &mut [u8]) -> bool {
    let bytes = black_box(bytes);
    match input.read(bytes) {
        0 => false,
        count if count == bytes.len() => true,
        _ => fail(b"the input ends amid what was asked for"),
    }
}

#[inline(never)]
fn print_words(words: &[&str]) {
    for word in black_box(words) {
        board::print(word.as_bytes());
    }
}

/// Prints a number without dividing: a program that prints without a model would have the code of a division else, and
/// no model would be charged with it.
#[inline(never)]
fn print_number(kind: &str, name: &str, value: u32) {
    let mut value = black_box(value);
    let mut digits = [0; 10];
    for _ in 0..u32::BITS {
        let mut carry = (value >> 31) as u8;
        value <<= 1;
        for digit in digits.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            carry = u8::from(doubled > 9);
            *digit = if doubled > 9 { doubled - 10 } else { doubled };
        }
    }
    let first = digits.iter().position(|&digit| digit != 0).unwrap_or(digits.len() - 1);
    let digits = digits.map(|digit| b'0' + digit);
    print_words(&[kind, name, " "]);
    board::print(digits.get(first..).unwrap_or_default());
    board::print(b"\n");
}

#[inline(never)]
fn print_bytes(name: &str, bytes: &[u8]) {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    print_words(&["output ", name, " "]);
    for byte in black_box(bytes) {
        board::print(&[digit(byte >> 4), digit(byte & 15)]);
    }
    board::print(b"\n");
}
