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
            "brlt 8f\n",
            "inc ",
            $carries,
            "\n",
            "ret\n",
            "8:\n",
            "dec ",
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

/// The sums of as many windows as `r24` has, with the first input in `Y`, which go on at `120`.
macro_rules! sums {
    () => {
        concat!(
            "movw r28, r12\n",
            "movw r4, r2\n",
            "mov r11, r10\n",
            "cpi r24, 3\n",
            "brsh 2f\n",
            "cpi r24, 1\n",
            "breq 3f\n",
            "rjmp 109f\n",
            "3:\n",
            "rjmp 114f\n",
            "2:\n",
            "movw r6, r2\n",
            "movw r8, r2\n",
            "mov r12, r10\n",
            "mov r13, r10\n",
            "cpi r17, 1\n",
            "brne 119f\n",
            "cpi r26, 1\n",
            "brne 104f\n",
            "mov r24, r15\n",
            "lsr r24\n",
            "breq 104f\n",
            "mov r15, r24\n",
            "movw r26, r18\n",
            "sbc r19, r19\n",
            "rjmp 115f\n",
            "104:\n",
            four!("1", "2", "3"),
            "119:\n",
            four!("2", "4", "6"),
            // Side by side: two weights at a time. Of an odd number, which r19 tells, one more.
            "115:\n",
            "mov r24, r15\n",
            "116:\n",
            "lpm r17, Z+\n",
            "lpm r18, Z+\n",
            "ld r16, Y\n",
            term!("r17", a, "0"),
            "ldd r16, Y+1\n",
            term!("r17", b, "1"),
            term!("r18", a, "2"),
            "ldd r16, Y+2\n",
            term!("r17", c, "3"),
            term!("r18", b, "4"),
            "ldd r16, Y+3\n",
            term!("r17", d, "5"),
            term!("r18", c, "6"),
            "ldd r16, Y+4\n",
            term!("r18", d, "7"),
            "adiw r28, 2\n",
            "dec r24\n",
            "brne 116b\n",
            "sbrc r19, 0\n",
            "rjmp 118f\n",
            "117:\n",
            "add r28, r26\n",
            "adc r29, r27\n",
            "dec r14\n",
            "brne 115b\n",
            "rjmp 120f\n",
            over!("0", "110"),
            over!("1", "111"),
            over!("2", "110"),
            over!("3", "112"),
            over!("4", "111"),
            over!("5", "113"),
            over!("6", "112"),
            over!("7", "113"),
            "118:\n",
            "lpm r17, Z+\n",
            "ld r16, Y+\n",
            term!("r17", a, "0"),
            "ld r16, Y\n",
            term!("r17", b, "1"),
            "ldd r16, Y+1\n",
            term!("r17", c, "2"),
            "ldd r16, Y+2\n",
            term!("r17", d, "3"),
            "rjmp 117b\n",
            over!("0", "110"),
            over!("1", "111"),
            over!("2", "112"),
            over!("3", "113"),
            count!("110", "r10"),
            count!("111", "r11"),
            count!("112", "r12"),
            count!("113", "r13"),
            // Two, however far apart.
            "109:\n",
            "movw r8, r26\n",
            "movw r26, r28\n",
            "add r26, r17\n",
            "adc r27, r9\n",
            "dec r8\n",
            "breq 125f\n",
            "inc r8\n",
            "107:\n",
            "mov r24, r15\n",
            "108:\n",
            "lpm r17, Z+\n",
            "ld r16, Y\n",
            term!("r17", a, "0"),
            "ld r16, X\n",
            term!("r17", b, "1"),
            next!("108", "107", ["r28", "r29", "r26", "r27"], ["r8", "r9"], ["r18", "r19"]),
            "rjmp 120f\n",
            over!("0", "110"),
            over!("1", "111"),
            // Two whose columns are side by side.
            "125:\n",
            "mov r24, r15\n",
            "126:\n",
            "lpm r17, Z+\n",
            "ld r16, Y+\n",
            term!("r17", a, "0"),
            "ld r16, X+\n",
            term!("r17", b, "1"),
            "dec r24\n",
            "brne 126b\n",
            next!(["r28", "r29", "r26", "r27"], "r18", "r19"),
            "dec r14\n",
            "brne 125b\n",
            "rjmp 120f\n",
            over!("0", "110"),
            over!("1", "111"),
            // One alone.
            "114:\n",
            "mov r24, r15\n",
            "108:\n",
            "lpm r17, Z+\n",
            "ld r16, Y\n",
            term!("r17", a, "0"),
            next!("108", "114", ["r28", "r29"], ["r26", "r27"], ["r18", "r19"]),
            "rjmp 120f\n",
            over!("0", "110"),
            count!("110", "r10"),
            count!("111", "r11"),
        )
    };
}

/// Brings where the frame is to `Y`.
macro_rules! frame {
    () => {
        "pop r29\npop r28\npush r28\npush r29\n"
    };
}

pub(super) use {count, four, frame, next, over, sums, term};
