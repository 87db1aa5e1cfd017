//! What loops over windows have in common, as text of assembly.

/// The term of a sum that an input makes with the weight in a register: see [`crate::inner::avr::dot`]. What tells of an
/// overflow is at a label of the given number, and comes back to one.
macro_rules! term {
    ($weight:literal, a, $overflow:literal) => {
        term!($weight, "r2", "r3", $overflow)
    };
    ($weight:literal, b, $overflow:literal) => {
        term!($weight, "r4", "r5", $overflow)
    };
    ($weight:literal, c, $overflow:literal) => {
        term!($weight, "r6", "r7", $overflow)
    };
    ($weight:literal, d, $overflow:literal) => {
        term!($weight, "r8", "r9", $overflow)
    };
    ($weight:literal, $low:literal, $high:literal, $overflow:literal) => {
        concat!(
            "muls ", $weight, ", r16\n", "add ", $low, ", r0\n", "adc ", $high, ", r1\n", "brvs 6",
            $overflow, "f\n", "5", $overflow, ":\n",
        )
    };
}

/// Behind an overflow that [`term`] gives this number; it is counted at a label.
macro_rules! over {
    ($overflow:literal, $count:literal) => {
        concat!("6", $overflow, ":\n", "rcall ", $count, "f\n", "rjmp 5", $overflow, "b\n")
    };
}

/// Counts an overflow: a sum that truly is positive or zero went over the top, another over the bottom.
macro_rules! count {
    ($label:literal, $carries:literal) => {
        concat!(
            $label,
            ":\n",
            "brge 8f\n",
            "dec ",
            $carries,
            "\n",
            "dec ",
            $carries,
            "\n",
            "8:\n",
            "inc ",
            $carries,
            "\n",
            "ret\n",
        )
    };
}

/// To the next column, which is so far away in `$step`, and from behind the last one to the next row, which is so far in
/// `$jump`, until there is none.
macro_rules! next {
    ($column:literal, $row:literal, $pointers:tt, [$step:literal, $step_high:literal], [$jump:literal, $jump_high:literal]) => {
        concat!(
            next!($pointers, $step, $step_high),
            "dec r24\n",
            "brne ",
            $column,
            "b\n",
            next!($pointers, $jump, $jump_high),
            "dec r14\n",
            "brne ",
            $row,
            "b\n",
        )
    };
    ([$low:literal, $high:literal], $by:literal, $by_high:literal) => {
        concat!("add ", $low, ", ", $by, "\n", "adc ", $high, ", ", $by_high, "\n")
    };
    ([$low:literal, $high:literal, $other_low:literal, $other_high:literal], $by:literal, $by_high:literal) => {
        concat!(next!([$low, $high], $by, $by_high), next!([$other_low, $other_high], $by, $by_high),)
    };
}

/// Four products of a weight, with inputs that are so far apart.
macro_rules! four {
    ($second:literal, $third:literal, $fourth:literal) => {
        concat!(
            "107:\n",
            "mov r24, r15\n",
            "108:\n",
            "lpm r17, Z+\n",
            "ld r16, Y\n",
            term!("r17", a, "0"),
            "ldd r16, Y+",
            $second,
            "\n",
            term!("r17", b, "1"),
            "ldd r16, Y+",
            $third,
            "\n",
            term!("r17", c, "2"),
            "ldd r16, Y+",
            $fourth,
            "\n",
            term!("r17", d, "3"),
            next!("108", "107", ["r28", "r29"], ["r26", "r27"], ["r18", "r19"]),
            "rjmp 120f\n",
            over!("0", "110"),
            over!("1", "111"),
            over!("2", "112"),
            over!("3", "113"),
        )
    };
}

/// Brings where the frame is to `Y`.
macro_rules! frame {
    () => {
        "pop r29\npop r28\npush r28\npush r29\n"
    };
}

pub(super) use {count, four, frame, next, over, term};
