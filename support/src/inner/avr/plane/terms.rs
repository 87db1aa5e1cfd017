//! Pieces of the loop over windows on one channel, as text of assembly.

/// One product: see [`super::dot`]. What tells of an overflow is at a label, and comes back to one.
macro_rules! term {
    ($weight:literal, $at:literal, $overflow:literal, $back:literal) => {
        product!("muls ", $weight, $overflow, $back; "ld r16, ", $at, "\n")
    };
}

/// The same for an input that counts without a sign, and a weight up to `r23`.
macro_rules! term_of_byte {
    ($weight:literal, $at:literal, $overflow:literal, $back:literal) => {
        product!("mulsu ", $weight, $overflow, $back; "ld r16, ", $at, "\n")
    };
}

/// The same for any weight.
macro_rules! term_turned {
    ($weight:literal, $at:literal, $overflow:literal, $back:literal) => {
        product!("muls ", $weight, $overflow, $back; "ld r16, ", $at, "\nsubi r16, 0x80\n")
    };
}

/// What these have in common, once the input is there.
macro_rules! product {
    ($multiply:literal, $weight:literal, $overflow:literal, $back:literal; $($load:literal),*) => {
        concat!(
            $($load,)*
            $multiply,
            $weight,
            ", r16\n",
            "add r2, r0\n",
            "adc r3, r1\n",
            "brvs ",
            $overflow,
            "\n",
            $back,
            ":\n",
        )
    };
}

/// What knows of signs, if outputs may lie below their zero point.
///
/// The complement of a negative sum is one less than its magnitude. Where the zero point is the least output, what it leads to
/// is not above that.
macro_rules! any_sign {
    (of_two_bytes) => {
        "bst r3, 7
         brtc 31f
         ldd r16, Y+{zero_point}
         tst r16
         breq 23f
         com r2
         com r3"
    };
    (of_three_bytes) => {
        "bst r4, 7
         brtc 41f
         ldd r16, Y+{zero_point}
         tst r16
         breq 23b
         com r2
         com r3
         com r4"
    };
    (of_complement) => {
        "brtc 49f
         sec
         adc r2, r15
         adc r3, r15
         adc r4, r15
         49:"
    };
    (to_zero_point) => {
        "ldd r11, Y+{zero_point}
         brts 44f
         add r16, r11
         brcs 46f"
    };
    (below_zero_point) => {
        "44:
         sub r11, r16
         mov r16, r11
         brcc 23b
         clr r16
         rjmp 23b"
    };
}

/// The same if the zero point is the least output that a byte has: a negative sum leads there.
macro_rules! no_sign {
    (of_two_bytes) => {
        "clr r16
         sbrc r3, 7
         rjmp 23f"
    };
    (of_three_bytes) => {
        "clr r16
         tst r4
         brmi 23b"
    };
    (of_complement) => {
        ""
    };
    (to_zero_point) => {
        ""
    };
    (below_zero_point) => {
        ""
    };
}

/// To the next row of a window.
macro_rules! next_line {
    () => {
        "add r26, r12\nadc r27, r15\n"
    };
}

/// Moves a pointer to the next row.
macro_rules! next_of_row {
    ($pointer:literal, $by:literal) => {
        concat!(
            "ldd r26, Y+",
            $pointer,
            "\nldd r27, Y+",
            $pointer,
            "+1\n",
            "ldd r0, Y+",
            $by,
            "\nadd r26, r0\n",
            "ldd r0, Y+",
            $by,
            "+1\nadc r27, r0\n",
            "std Y+",
            $pointer,
            ", r26\nstd Y+",
            $pointer,
            "+1, r27\n",
        )
    };
}

pub(super) use {any_sign, next_line, next_of_row, no_sign, product, term, term_of_byte, term_turned};
