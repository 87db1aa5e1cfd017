//! How the loops over depthwise rows make outputs: `half_up`, `with_ties` where it matters how halves are rounded, or `once`.

/// From the sum in `r11` to the output in it. What is rounded once leaves the end of the loop in `lr`.
macro_rules! output {
    (half_up) => {
        "ldrd r12, lr, [sp]
         lsl r11, r11, #1
         smmulr r11, r11, r12
         ldr r12, [sp, #84]
         smmlar r11, r11, lr, r12
         ssat r11, #8, r11\n"
    };
    (with_ties) => {
        "ldrd r12, lr, [sp]
         lsl r11, r11, #1
         smmulr r11, r11, r12
         ldr r12, [sp, #84]
         add r11, r11, r11, asr #31
         smmlar r11, r11, lr, r12
         ssat r11, #8, r11\n"
    };
    (once) => {
        "ldrd r12, lr, [sp]
         smmul r11, r11, r12
         ssat r11, #8, r11\n"
    };
}
pub(super) use output;

/// The multiplier in `r9` and the words behind it, to where outputs want them, and the bias to `r11`.
macro_rules! constants {
    (once) => {
        "ldm r0!, {{r4, r6, r8, r9, r11}}
         str r9, [sp]\n"
    };
    ($form:ident) => {
        "ldm r0!, {{r4, r6, r8, r9, r10, r11}}
         strd r9, r10, [sp]\n"
    };
}
pub(super) use constants;

/// The end of the loop over columns from `r12` to its place, where the flags say whether there is any.
macro_rules! set_end {
    (once, 1) => {
        "str r12, [sp, #4]\n"
    };
    // One column less: it is compared before a column, which changes no flags.
    (once, 2) => {
        "sub r12, r12, r2
         str r12, [sp, #4]\n"
    };
    ($form:ident, $stride:literal) => {
        "str r12, [sp, #12]\n"
    };
}
pub(super) use set_end;

/// Compares with the end, straight behind an output.
macro_rules! compare_first {
    (once) => {
        "cmp r0, lr\n"
    };
    ($form:ident) => {
        ""
    };
}
pub(super) use compare_first;

/// The same where that is too early.
macro_rules! compare_last {
    (once) => {
        ""
    };
    ($form:ident) => {
        "ldr r12, [sp, #12]
         cmp r0, r12\n"
    };
}
pub(super) use compare_last;
