//! What loops over rows have in common, as text of assembly.

/// One term of the sum of an output: see [`super::dot`]. What tells of an overflow is at a label, and comes back to one.
macro_rules! term {
    ($w:literal, a, $overflow:literal, $back:literal) => {
        term!($w, "r2", "r3", $overflow, $back)
    };
    ($w:literal, b, $overflow:literal, $back:literal) => {
        term!($w, "r4", "r5", $overflow, $back)
    };
    ($w:literal, c, $overflow:literal, $back:literal) => {
        term!($w, "r6", "r7", $overflow, $back)
    };
    ($w:literal, $low:literal, $high:literal, $overflow:literal, $back:literal) => {
        concat!(
            "muls ", $w, ", r16\n", "add ", $low, ", r0\n", "adc ", $high, ", r1\n", "brvs ", $overflow,
            "\n", $back, ":\n",
        )
    };
}

/// Each row of weights comes where the next one is, and the last comes where the first is.
macro_rules! weights_move_on {
    () => {
        concat!(
            "mov r2, r23\nmov r3, r24\nmov r4, r25\n",
            "mov r25, r22\nmov r24, r21\nmov r23, r20\n",
            "mov r22, r19\nmov r21, r18\nmov r20, r17\n",
            "mov r17, r2\nmov r18, r3\nmov r19, r4\n",
        )
    };
}

/// And back: the first row comes last.
macro_rules! weights_move_back {
    () => {
        concat!(
            "mov r2, r17\nmov r3, r18\nmov r4, r19\n",
            "mov r17, r20\nmov r18, r21\nmov r19, r22\n",
            "mov r20, r23\nmov r21, r24\nmov r22, r25\n",
            "mov r23, r2\nmov r24, r3\nmov r25, r4\n",
        )
    };
}

/// Behind an overflow.
macro_rules! over {
    ($label:literal, a, $back:literal) => {
        over!($label, "803", $back)
    };
    ($label:literal, b, $back:literal) => {
        over!($label, "804", $back)
    };
    ($label:literal, c, $back:literal) => {
        over!($label, "805", $back)
    };
    ($label:literal, $count:literal, $back:literal) => {
        concat!($label, ":\n", "rcall ", $count, "f\n", "rjmp ", $back, "\n")
    };
}

/// Counts an overflow of a sum, whose carries are there in the frame: one that truly is positive or zero went over the top,
/// another over the bottom.
macro_rules! count {
    ($label:literal, $at:literal) => {
        concat!(
            $label,
            ":\n",
            "ldd r0, Y+",
            $at,
            "\n",
            "brge 8f\n",
            "dec r0\n",
            "dec r0\n",
            "8:\n",
            "inc r0\n",
            "std Y+",
            $at,
            ", r0\n",
            "set\n",
            "ret\n",
        )
    };
}

/// To the next row of the window.
macro_rules! next_line {
    () => {
        "add r26, r12\nadc r27, r13\nld r16, X\n"
    };
}

/// From the window to its next column.
macro_rules! next_column {
    () => {
        "add r26, r14\nadc r27, r15\n"
    };
}

/// The output of the first sum. As `outputs` of units has it, but that half of what is dropped is in one byte.
macro_rules! output {
    () => {
        concat!(
            "20:\n",
            "brts 47f\n",
            "bst r3, 7\n",
            "brtc 21f\n",
            "com r2\n",
            "com r3\n",
            "21:\n",
            "ldd r0, Y+{middle}\n",
            "mul r3, r0\n",
            // This leaves no byte, since the magnitude has 15 bits.
            "ldd r11, Y+{half}\n",
            "add r11, r1\n",
            "mul r2, r9\n",
            "add r11, r1\n",
            "clr r16\n",
            "adc r16, r16\n",
            "mul r3, r9\n",
            "add r11, r0\n",
            "adc r16, r1\n",
            "mul r16, r8\n",
            "mov r16, r0\n",
            "tst r1\n",
            "brne 45f\n",
            "mul r11, r8\n",
            "ldd r11, Y+{limit}\n",
            "cp r0, r11\n",
            "brsh 48f\n",
            "or r16, r1\n",
            "22:\n",
            "ldd r11, Y+{zero_point}\n",
            "brts 44f\n",
            "add r16, r11\n",
            "brcs 46f\n",
            "23:\n",
            "subi r16, 0x80\n",
            "st Z, r16\n",
            "ldd r11, Y+{units}\n",
            "add r30, r11\n",
            "brcc 24f\n",
            "inc r31\n",
            "24:\n",
        )
    };
}

/// What is rare there.
macro_rules! rare_output {
    () => {
        concat!(
            "47:\n",
            "rcall 808f\n",
            "rjmp 23b\n",
            "48:\n",
            "rcall 809f\n",
            "rjmp 22b\n",
            "44:\n",
            "clt\n",
            "sub r11, r16\n",
            "mov r16, r11\n",
            "brcc 23b\n",
            "clr r16\n",
            "rjmp 23b\n",
            // What leaves the byte leaves every range.
            "45:\n",
            "ldi r16, 0xff\n",
            "rjmp 22b\n",
            "46:\n",
            "ldi r16, 0xff\n",
            "rjmp 23b\n",
        )
    };
}

/// One product of bytes, added to three bytes of the sum from the one of its weight.
macro_rules! add_partial {
    ($x:literal, $m:literal, $low:literal, $middle:literal, $high:literal) => {
        concat!(
            "mul ", $x, ", ", $m, "\n", "add ", $low, ", r0\n", "adc ", $middle, ", r1\n", "adc ", $high,
            ", r31\n",
        )
    };
}

/// What is rare, as functions.
macro_rules! rare {
    () => {
        concat!(
            count!("803", "{carries}"),
            count!("804", "{carries}+1"),
            count!("805", "{carries}+2"),
            // Nothing went over yet.
            "806:\n",
            "clt\n",
            "clr r0\n",
            "std Y+{carries}, r0\n",
            "std Y+{carries}+1, r0\n",
            "std Y+{carries}+2, r0\n",
            "std Y+{carries}+3, r0\n",
            "ret\n",
            // The carries of the next sums.
            "807:\n",
            "clt\n",
            "ldd r1, Y+{carries}+3\n",
            "ldd r0, Y+{carries}+1\n",
            "std Y+{carries}, r0\n",
            "or r1, r0\n",
            "ldd r0, Y+{carries}+2\n",
            "std Y+{carries}+1, r0\n",
            "or r1, r0\n",
            "ldd r0, Y+{carries}+3\n",
            "std Y+{carries}+2, r0\n",
            "breq 8f\n",
            "set\n",
            "8:\n",
            "ret\n",
            // The output of a sum with carries, and those of the next.
            "808:\n",
            "ldd r16, Y+{carries}\n",
            "sbrc r3, 7\n",
            "dec r16\n",
            "bst r16, 7\n",
            "brtc 8f\n",
            "com r2\n",
            "com r3\n",
            "com r16\n",
            // Its carry is that of a complement.
            "clr r0\n",
            "sec\n",
            "adc r2, r0\n",
            "adc r3, r0\n",
            "adc r16, r0\n",
            "8:\n",
            "rcall 810f\n",
            "ldd r11, Y+{zero_point}\n",
            "brts 9f\n",
            "add r16, r11\n",
            "brcc 807b\n",
            "ldi r16, 0xff\n",
            "rjmp 807b\n",
            "9:\n",
            "sub r11, r16\n",
            "mov r16, r11\n",
            "brcc 807b\n",
            "clr r16\n",
            "rjmp 807b\n",
            // All of the product of a sum of two bytes, whose complement is there if it is negative.
            "809:\n",
            "push r12\n",
            "push r13\n",
            "push r30\n",
            "push r31\n",
            "ldd r30, Y+{stream}\n",
            "ldd r31, Y+{stream}+1\n",
            "sbiw r30, 3\n",
            "lpm r16, Z+\n",
            "lpm r11, Z+\n",
            "lpm r30, Z\n",
            "clr r31\n",
            "brtc 8f\n",
            "sec\n",
            "adc r2, r31\n",
            "adc r3, r31\n",
            "8:\n",
            "ldd r12, Y+{half}\n",
            "clr r13\n",
            "mul r2, r16\n",
            "add r11, r1\n",
            "adc r30, r31\n",
            "adc r12, r31\n",
            add_partial!("r3", "r16", "r11", "r30", "r12"),
            "ldd r16, Y+{middle}\n",
            add_partial!("r2", "r16", "r11", "r30", "r12"),
            add_partial!("r3", "r16", "r30", "r12", "r13"),
            add_partial!("r2", "r9", "r30", "r12", "r13"),
            "mul r3, r9\n",
            "add r12, r0\n",
            "adc r13, r1\n",
            "mul r12, r8\n",
            "mov r16, r1\n",
            "mul r13, r8\n",
            "or r16, r0\n",
            "tst r1\n",
            "breq 8f\n",
            "ldi r16, 0xff\n",
            "8:\n",
            "pop r31\n",
            "pop r30\n",
            "pop r13\n",
            "pop r12\n",
            "ret\n",
            // That of the magnitude of a sum of three bytes.
            "810:\n",
            "push r12\n",
            "push r13\n",
            "push r17\n",
            "push r18\n",
            "push r19\n",
            "push r20\n",
            "push r24\n",
            "push r25\n",
            "push r30\n",
            "push r31\n",
            "mov r20, r16\n",
            "ldd r30, Y+{stream}\n",
            "ldd r31, Y+{stream}+1\n",
            "sbiw r30, 3\n",
            "lpm r16, Z+\n",
            "lpm r24, Z+\n",
            "lpm r25, Z+\n",
            "clr r31\n",
            "ldd r17, Y+{middle}\n",
            "mov r18, r9\n",
            "ldd r12, Y+{half}\n",
            "clr r13\n",
            "clr r19\n",
            "mul r2, r16\n",
            "add r24, r1\n",
            "adc r25, r31\n",
            "adc r12, r31\n",
            add_partial!("r2", "r17", "r24", "r25", "r12"),
            add_partial!("r3", "r16", "r24", "r25", "r12"),
            add_partial!("r2", "r18", "r25", "r12", "r13"),
            add_partial!("r3", "r17", "r25", "r12", "r13"),
            add_partial!("r3", "r18", "r12", "r13", "r19"),
            add_partial!("r20", "r16", "r25", "r12", "r13"),
            "adc r19, r31\n",
            add_partial!("r20", "r17", "r12", "r13", "r19"),
            "mul r20, r18\n",
            "add r13, r0\n",
            "adc r19, r1\n",
            "mul r12, r8\n",
            "mov r16, r1\n",
            "mul r13, r8\n",
            "or r16, r0\n",
            "or r1, r19\n",
            "breq 8f\n",
            "ldi r16, 0xff\n",
            "8:\n",
            "pop r31\n",
            "pop r30\n",
            "pop r25\n",
            "pop r24\n",
            "pop r20\n",
            "pop r19\n",
            "pop r18\n",
            "pop r17\n",
            "pop r13\n",
            "pop r12\n",
            "ret\n",
        )
    };
}

pub(in crate::inner::avr) use add_partial;
pub(super) use {
    count, next_column, next_line, output, over, rare, rare_output, term, weights_move_back, weights_move_on,
};
