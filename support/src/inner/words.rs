//! Bytes of the arena as words, for what does the same to several of them at once.

use super::flash::Element;
use core::cell::Cell;

/// Some of the bytes from the first on as others whose highest bit is turned over: how many.
#[cfg(not(any(tiny_model_backend = "avr", tiny_model_backend = "mve")))]
#[inline(always)]
pub fn turn_signs<X: Element, Y: Element>(input: &[Cell<X>], output: &[Cell<Y>]) -> usize {
    let Some((inputs, outputs)) = words(input).zip(words(output)) else { return 0 };
    let count = inputs.len().min(outputs.len());
    turn(inputs, outputs, count);
    count.wrapping_mul(4)
}

/// The words that elements of one byte fill; `None` if they do not begin where a word does. A shorter rest is left out.
#[cfg(not(any(tiny_model_backend = "avr", tiny_model_backend = "mve")))]
#[inline(always)]
fn words<T: Element>(bytes: &[Cell<T>]) -> Option<&[Cell<u32>]> {
    const { assert!(size_of::<T>() == 1) };
    let start = bytes.as_ptr().cast::<Cell<u32>>();
    if !start.is_aligned() {
        return None;
    }
    // SAFETY: `start` is aligned, and so many words are not more than the bytes; any bytes are a valid `u32`, and what is
    // shared stays in cells, which are as what they hold.
    #[allow(unsafe_code)]
    Some(unsafe { core::slice::from_raw_parts(start, bytes.len() >> 2) })
}

/// Turns the highest bit of each byte over, eight words at a time. Loops over several of these steps would gain next to
/// nothing and take much flash: so `unknown`.
#[cfg(not(any(tiny_model_backend = "avr", tiny_model_backend = "mve", target_arch = "arm")))]
#[inline(always)]
fn turn(inputs: &[Cell<u32>], outputs: &[Cell<u32>], _: usize) {
    let (eights, rest) = inputs.as_chunks::<8>();
    let (to_eights, to_rest) = outputs.as_chunks::<8>();
    for (x, y) in eights.iter().zip(to_eights) {
        let turned = super::unknown(x).each_ref().map(|x| x.get() ^ SIGNS);
        y.iter().zip(turned).for_each(|(y, turned)| y.set(turned));
    }
    for (x, y) in rest.iter().zip(to_rest) {
        y.set(super::unknown(x).get() ^ SIGNS);
    }
}

/// The same: LLVM loads and stores word by word.
#[cfg(all(target_arch = "arm", not(tiny_model_backend = "mve")))]
#[inline(always)]
fn turn(inputs: &[Cell<u32>], outputs: &[Cell<u32>], count: usize) {
    // SAFETY: there are as many on both sides, and a cell may be written through a shared reference.
    #[allow(unsafe_code)]
    unsafe {
        turn_words(inputs.as_ptr(), outputs.as_ptr(), count, SIGNS);
    }
}

/// The highest bit of each byte.
#[cfg(not(tiny_model_backend = "avr"))]
const SIGNS: u32 = 0x8080_8080;

/// # Safety
///
/// There are so many at both places.
#[cfg(all(target_arch = "arm", not(tiny_model_backend = "mve")))]
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn turn_words(
    inputs: *const Cell<u32>,
    outputs: *const Cell<u32>,
    count: usize,
    signs: u32,
) {
    #[cfg(tiny_model_loops = "v6m")]
    core::arch::naked_asm!(
        "push {{r4, r5, r6, r7, lr}}",
        "subs r2, #4",
        "blo 2f",
        "1:",
        "ldmia r0!, {{r4, r5, r6, r7}}",
        "eors r4, r3",
        "eors r5, r3",
        "eors r6, r3",
        "eors r7, r3",
        "stmia r1!, {{r4, r5, r6, r7}}",
        "subs r2, #4",
        "bhs 1b",
        "2:",
        "adds r2, #4",
        "beq 4f",
        "3:",
        "ldmia r0!, {{r4}}",
        "eors r4, r3",
        "stmia r1!, {{r4}}",
        "subs r2, #1",
        "bne 3b",
        "4:",
        "pop {{r4, r5, r6, r7, pc}}",
    );
    #[cfg(not(tiny_model_loops = "v6m"))]
    core::arch::naked_asm!(
        "push {{r4, r5, r6, r7, r8, r9, lr}}",
        "subs r2, #8",
        "blo 2f",
        "1:",
        "ldm r0!, {{r4, r5, r6, r7, r8, r9, r12, lr}}",
        "eors r4, r3",
        "eors r5, r3",
        "eors r6, r3",
        "eors r7, r3",
        "eor r8, r3",
        "eor r9, r3",
        "eor r12, r3",
        "eor lr, r3",
        "stm r1!, {{r4, r5, r6, r7, r8, r9, r12, lr}}",
        "subs r2, #8",
        "bhs 1b",
        "2:",
        "adds r2, #8",
        "beq 4f",
        "3:",
        "ldr r4, [r0], #4",
        "eors r4, r3",
        "str r4, [r1], #4",
        "subs r2, #1",
        "bne 3b",
        "4:",
        "pop {{r4, r5, r6, r7, r8, r9, pc}}",
    );
}

/// All bytes as others whose highest bit is turned over: how many.
#[cfg(tiny_model_backend = "mve")]
#[inline(always)]
pub fn turn_signs<X: Element, Y: Element>(input: &[Cell<X>], output: &[Cell<Y>]) -> usize {
    const { assert!(size_of::<X>() == 1 && size_of::<Y>() == 1) };
    let count = input.len().min(output.len());
    // SAFETY: there are so many bytes on both sides, and a cell may be written through a shared reference.
    #[allow(unsafe_code)]
    unsafe {
        turn_vectors(input.as_ptr().cast(), output.as_ptr().cast(), count, SIGNS);
    }
    count
}

/// # Safety
///
/// There are so many at both places.
#[cfg(tiny_model_backend = "mve")]
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn turn_vectors(input: *const u8, output: *const u8, count: usize, signs: u32) {
    core::arch::naked_asm!(
        ".cpu cortex-m55",
        "push {{r7, lr}}",
        "vdup.32 q1, r3",
        "wlstp.8 lr, r2, 2f",
        "1:",
        "vldrb.u8 q0, [r0], #16",
        "veor q0, q0, q1",
        "vstrb.8 q0, [r1], #16",
        "letp lr, 1b",
        "2:",
        "pop {{r7, pc}}",
    )
}

/// As for processors with words, eight bytes in each round.
#[cfg(tiny_model_backend = "avr")]
#[inline(always)]
pub fn turn_signs<X: Element, Y: Element>(input: &[Cell<X>], output: &[Cell<Y>]) -> usize {
    const { assert!(size_of::<X>() == 1 && size_of::<Y>() == 1) };
    let rounds = (input.len().min(output.len()) >> 3) as u16;
    if rounds == 0 {
        return 0;
    }
    // SAFETY: there are so many bytes on both sides, and a cell may be written through a shared reference.
    #[allow(unsafe_code)]
    unsafe {
        core::arch::asm!(
            "1:",
            ".rept 8",
            "ld {byte}, {from}+",
            "subi {byte}, 0x80",
            "st {to}+, {byte}",
            ".endr",
            "subi {rounds:l}, 1",
            "sbci {rounds:h}, 0",
            "brne 1b",
            from = inout(reg_ptr) input.as_ptr() => _,
            to = inout(reg_ptr) output.as_ptr() => _,
            rounds = inout(reg_pair) rounds => _,
            byte = out(reg_upper) _,
            options(nostack),
        );
    }
    usize::from(rounds) << 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(4))]
    struct Aligned([Cell<u8>; 12]);

    #[test]
    fn words_are_those_of_the_bytes() {
        let bytes = Aligned(core::array::from_fn(|at| Cell::new(at as u8)));
        let all = words(&bytes.0).expect("they are aligned");
        assert_eq!(all.len(), 3);
        all[1].set(0xffee_ddcc);
        assert_eq!(bytes.0.each_ref().map(Cell::get), [0, 1, 2, 3, 0xcc, 0xdd, 0xee, 0xff, 8, 9, 10, 11]);
        assert_eq!(
            [4, 7, 8].map(|len| words(&bytes.0[4..4 + len]).map(<[_]>::len)),
            [Some(1), Some(1), Some(2)]
        );
        assert_eq!(words(&bytes.0[12..]).map(<[_]>::len), Some(0));
        assert!([1, 2, 3, 5].iter().all(|&at| words(&bytes.0[at..]).is_none()));
    }
}
