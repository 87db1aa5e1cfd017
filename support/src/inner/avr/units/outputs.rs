//! What sums become, as text of assembly.

/// As [`crate::inner::portable::StreamOutput`]: half of what is dropped, a factor that brings the output to the byte
/// above, and the zero point with 128 added.
#[derive(Clone, Copy, Debug)]
pub struct StreamOutput {
    pub(in crate::inner::avr) half: u16,
    pub(in crate::inner::avr) factor: u8,
    pub(in crate::inner::avr) zero_point: u8,
}

impl StreamOutput {
    /// See [`crate::inner::portable::StreamOutput::new`].
    #[inline(always)]
    pub fn new(bits: u32, zero_point: i32) -> Self {
        let left = 40u32.wrapping_sub(bits) as u8;
        let half = 0x80u8.wrapping_shr((left & 7).into());
        let half = if left & 8 == 0 { u16::from(half) << 8 } else { half.into() };
        Self { half, factor: 1u8.wrapping_shl((left & 7).into()), zero_point: (zero_point as u8) ^ 0x80 }
    }
}

/// One product of bytes, added to three bytes of the sum from the one of its weight.
macro_rules! add_partial {
    ($x:literal, $m:literal, $low:literal, $middle:literal, $high:literal) => {
        concat!(
            "mul ", $x, ", ", $m, "\n", "add ", $low, ", r0\n", "adc ", $middle, ", r1\n", "adc ", $high,
            ", r15\n",
        )
    };
}

/// What is not near the next output, as the factor in `r22` has it: see [`outputs`].
macro_rules! limit {
    ($to:literal) => {
        concat!(
            "ldi r16, 5\n",
            "mul r16, r22\n",
            "clr ",
            $to,
            "\n",
            "tst r1\n",
            "brne 8f\n",
            "sub ",
            $to,
            ", r0\n",
            "8:\n",
        )
    };
}

/// The outputs of the units of a block whose sums are in registers, each of which `$store` stores. The sums of the others
/// move to the registers of the first one by one, and go on where `$next` says: at `30` with the multiplier of the next
/// unit, or at `46` with the same.
///
/// A sum of two bytes is first multiplied without what only counts below the byte of the product that tells outputs
/// apart: of three products of bytes what is above byte 2, and a negative sum as its complement, which is one less than
/// its magnitude. What is left out is less than six in byte 3, so that it can only matter where the rest is near the next
/// output, and then everything is done as `narrow_byte` has it. No negative sum leads above the zero point, which is the
/// least output of many layers. There two bytes of the multiplied sum hold half of what is
/// dropped from the beginning, one of them nothing else: the upper one, if the output is above it, or else the lower.
macro_rules! outputs {
    ($store:literal, $next:literal) => {
        concat!(
            "clr r15\n",
            "30:\n",
            "lpm r17, Z+\n",
            "lpm r18, Z+\n",
            "adiw r30, 3\n",
            "46:\n",
            "tst r10\n",
            "brne 40f\n",
            "bst r3, 7\n",
            "brtc 31f\n",
            "tst r23\n",
            "breq 38f\n",
            "com r2\n",
            "com r3\n",
            "31:\n",
            "movw r26, r20\n",
            "mul r3, r18\n",
            "add r26, r0\n",
            "adc r27, r1\n",
            "mul r2, r18\n",
            "add r26, r1\n",
            "adc r27, r15\n",
            "mul r3, r17\n",
            "add r26, r1\n",
            "adc r27, r15\n",
            "27:\n",
            "tst r21\n",
            "brne 32f\n",
            "mul r26, r22\n",
            "cp r0, r25\n",
            "brsh 39f\n",
            "mov r16, r1\n",
            "mul r27, r22\n",
            "or r16, r0\n",
            "tst r1\n",
            "brne 37f\n",
            "34:\n",
            "brts 36f\n",
            "add r16, r23\n",
            "brcs 37f\n",
            "35:\n",
            "subi r16, 0x80\n",
            $store,
            "dec r19\n",
            "breq 33f\n",
            "movw r2, r4\n",
            "movw r4, r6\n",
            "movw r6, r8\n",
            "mov r10, r11\n",
            "mov r11, r12\n",
            "mov r12, r13\n",
            "rjmp ",
            $next,
            "\n",
            "33:\n",
        )
    };
}

/// What is rare there, or does not lie there. `r14` and `r24` are used in between `$save` and `$restore`, which leaves the
/// flags.
macro_rules! rare_outputs {
    ($save:literal, $restore:literal) => {
        concat!(
            "32:\n",
            "cpi r26, 0xfb\n",
            "brsh 39f\n",
            "mul r27, r22\n",
            "mov r16, r1\n",
            "rjmp 34b\n",
            // What inverts a byte leaves the carry that is to be added.
            "36:\n",
            "com r16\n",
            "adc r16, r23\n",
            "brcs 35b\n",
            "rjmp 38f\n",
            // What leaves the byte leaves every range.
            "37:\n",
            "ldi r16, 0xff\n",
            "brtc 35b\n",
            "38:\n",
            "clr r16\n",
            "rjmp 35b\n",
            // All of it: the magnitude first, and the sign in T. What inverts a byte leaves the carry that is to be added.
            "39:\n",
            "brtc 42f\n",
            "sec\n",
            "rjmp 41f\n",
            "40:\n",
            "sbrc r3, 7\n",
            "dec r10\n",
            "bst r10, 7\n",
            "brtc 28f\n",
            "tst r23\n",
            "breq 38b\n",
            "com r2\n",
            "com r3\n",
            "com r10\n",
            // Most that leave two bytes with their sign have a magnitude of two.
            "breq 29f\n",
            "41:\n",
            "adc r2, r15\n",
            "adc r3, r15\n",
            "adc r10, r15\n",
            "rjmp 42f\n",
            "28:\n",
            "tst r10\n",
            "brne 42f\n",
            "29:\n",
            "movw r26, r20\n",
            "mul r3, r18\n",
            "add r26, r0\n",
            "adc r27, r1\n",
            "brcs 39b\n",
            "mul r2, r18\n",
            "add r26, r1\n",
            "adc r27, r15\n",
            "brcs 39b\n",
            "mul r3, r17\n",
            "add r26, r1\n",
            "adc r27, r15\n",
            "brcs 39b\n",
            "rjmp 27b\n",
            "42:\n",
            $save,
            "push r25\n",
            "sbiw r30, 3\n",
            "lpm r14, Z+\n",
            "lpm r24, Z+\n",
            "lpm r25, Z+\n",
            "movw r26, r20\n",
            // What some multipliers have below their lowest byte.
            "mov r16, r24\n",
            "swap r16\n",
            "andi r16, 0xf0\n",
            "breq 49f\n",
            "push r19\n",
            "mul r2, r16\n",
            "mov r19, r1\n",
            "mul r3, r16\n",
            "add r19, r0\n",
            "adc r24, r1\n",
            "adc r25, r15\n",
            "adc r26, r15\n",
            add_partial!("r10", "r16", "r24", "r25", "r26"),
            "mul r2, r14\n",
            "add r19, r0\n",
            "adc r24, r15\n",
            "adc r25, r15\n",
            "adc r26, r15\n",
            "pop r19\n",
            "49:\n",
            "mov r16, r14\n",
            "mul r2, r16\n",
            "add r24, r1\n",
            "adc r25, r15\n",
            "adc r26, r15\n",
            "clr r14\n",
            add_partial!("r2", "r17", "r24", "r25", "r26"),
            add_partial!("r3", "r16", "r24", "r25", "r26"),
            add_partial!("r2", "r18", "r25", "r26", "r27"),
            add_partial!("r3", "r17", "r25", "r26", "r27"),
            add_partial!("r3", "r18", "r26", "r27", "r14"),
            "tst r10\n",
            "breq 43f\n",
            add_partial!("r10", "r16", "r25", "r26", "r27"),
            "adc r14, r15\n",
            add_partial!("r10", "r17", "r26", "r27", "r14"),
            "mul r10, r18\n",
            "add r27, r0\n",
            "adc r14, r1\n",
            "43:\n",
            "pop r25\n",
            "tst r21\n",
            "breq 44f\n",
            "mov r26, r27\n",
            "mov r27, r14\n",
            "clr r14\n",
            "44:\n",
            "mul r26, r22\n",
            "mov r16, r1\n",
            "mul r27, r22\n",
            "or r16, r0\n",
            "or r14, r1\n",
            $restore,
            "brne 45f\n",
            "rjmp 34b\n",
            "45:\n",
            "rjmp 37b\n",
        )
    };
}

pub(in crate::inner::avr) use {add_partial, limit, outputs, rare_outputs};
