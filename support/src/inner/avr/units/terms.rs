//! What makes the sums of a block, as text of assembly.

/// The biases of a block.
macro_rules! biases {
    () => {
        concat!(
            "lpm r4, Z+\n",
            "lpm r5, Z+\n",
            "lpm r11, Z+\n",
            "lpm r6, Z+\n",
            "lpm r7, Z+\n",
            "lpm r12, Z+\n",
            "lpm r8, Z+\n",
            "lpm r9, Z+\n",
            "lpm r13, Z+\n",
        )
    };
}

/// One term of one unit: see [`crate::inner::avr::dot`].
macro_rules! multiply_add {
    ($low:literal, $high:literal, $overflow:literal, $back:literal) => {
        concat!(
            "lpm r17, Z+\n",
            "muls r17, r16\n",
            "add ",
            $low,
            ", r0\n",
            "adc ",
            $high,
            ", r1\n",
            "brvs ",
            $overflow,
            "f\n",
            $back,
            ":\n",
        )
    };
}

/// Behind an overflow: a sum that truly is positive or zero went over the top, another over the bottom.
macro_rules! carry {
    ($carries:literal, $overflow:literal, $back:literal) => {
        concat!(
            $overflow,
            ":\n",
            "brlt 8f\n",
            "inc ",
            $carries,
            "\n",
            "rjmp ",
            $back,
            "\n",
            "8:\n",
            "dec ",
            $carries,
            "\n",
            "rjmp ",
            $back,
            "\n",
        )
    };
}

pub(in crate::inner::avr) use {biases, carry, multiply_add};
