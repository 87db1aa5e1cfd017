//! The copy of what is seen of a channel, as text of assembly.

/// Memory for it, all of it padding, and where it and the image in it begin.
macro_rules! memory {
    () => {
        concat!(
            "ldd r26, Y+{size}\n",
            "ldd r27, Y+{size}+1\n",
            "ldd r16, Y+{padding}\n",
            "1:\n",
            "push r16\n",
            "push r16\n",
            "push r16\n",
            "push r16\n",
            "sbiw r26, 4\n",
            "brne 1b\n",
            "in r26, 0x3d\n",
            "in r27, 0x3e\n",
            "adiw r26, 1\n",
            "std Y+{copy}, r26\n",
            "std Y+{copy}+1, r27\n",
            "ldd r0, Y+{inside}\n",
            "add r26, r0\n",
            "ldd r0, Y+{inside}+1\n",
            "adc r27, r0\n",
            "std Y+{inside}, r26\n",
            "std Y+{inside}+1, r27\n",
        )
    };
}

/// The memory back, in one step for who interrupts.
macro_rules! give_back {
    () => {
        concat!(
            "ldd r26, Y+{size}\n",
            "ldd r27, Y+{size}+1\n",
            "in r28, 0x3d\n",
            "in r29, 0x3e\n",
            "add r28, r26\n",
            "adc r29, r27\n",
            "in r0, 0x3f\n",
            "cli\n",
            "out 0x3e, r29\n",
            "out 0x3f, r0\n",
            "out 0x3d, r28\n",
        )
    };
}

/// Copies the channel of a unit if that is the first one of it. The unit is at `101`, and `104` comes behind it.
macro_rules! copy {
    () => {
        concat!(
            "101:\n",
            "ldd r18, Y+{channels}\n",
            "ldd r19, Y+{channels}+1\n",
            "ldd r26, Y+{used}\n",
            "ldd r27, Y+{used}+1\n",
            "mov r16, r26\n",
            "or r16, r27\n",
            "add r26, r18\n",
            "adc r27, r19\n",
            "ldd r14, Y+{units}\n",
            "ldd r15, Y+{units}+1\n",
            "cp r26, r14\n",
            "cpc r27, r15\n",
            "brne 2f\n",
            "clr r26\n",
            "clr r27\n",
            "2:\n",
            "std Y+{used}, r26\n",
            "std Y+{used}+1, r27\n",
            "tst r16\n",
            "brne 104f\n",
            "ldd r26, Y+{input}\n",
            "ldd r27, Y+{input}+1\n",
            "adiw r26, 1\n",
            "std Y+{input}, r26\n",
            "std Y+{input}+1, r27\n",
            "sbiw r26, 1\n",
            "ldd r14, Y+{rows}\n",
            "tst r14\n",
            "breq 104f\n",
            "ldd r15, Y+{columns}\n",
            "ldd r30, Y+{inside}\n",
            "ldd r31, Y+{inside}+1\n",
            "ldd r10, Y+{skip}\n",
            "ldd r11, Y+{skip}+1\n",
            "ldd r12, Y+{gap}\n",
            "clr r13\n",
            // Two columns at a time, and of an odd number first the second of a pair.
            "102:\n",
            "mov r24, r15\n",
            "lsr r24\n",
            "brcc 103f\n",
            "inc r24\n",
            "rjmp 2f\n",
            "103:\n",
            "ld r16, X\n",
            "add r26, r18\n",
            "adc r27, r19\n",
            "st Z+, r16\n",
            "2:\n",
            "ld r16, X\n",
            "add r26, r18\n",
            "adc r27, r19\n",
            "st Z+, r16\n",
            "dec r24\n",
            "brne 103b\n",
            "add r26, r10\n",
            "adc r27, r11\n",
            "add r30, r12\n",
            "adc r31, r13\n",
            "dec r14\n",
            "brne 102b\n",
        )
    };
}

pub(super) use {copy, give_back, memory};
