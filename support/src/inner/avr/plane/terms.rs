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

pub(super) use {next_line, next_of_row, product, term, term_of_byte, term_turned};
