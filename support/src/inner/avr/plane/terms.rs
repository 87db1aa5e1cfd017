//! Pieces of the loop over windows on one channel, as text of assembly.

/// One product: see [`super::dot`]. What tells of an overflow is at a label, and comes back to one.
macro_rules! term {
    ($weight:literal, $at:literal, $overflow:literal, $back:literal) => {
        concat!(
            "ld r16, ",
            $at,
            "\n",
            "muls ",
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

pub(super) use {next_line, next_of_row, term};
