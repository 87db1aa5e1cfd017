//! From sums in registers to outputs, each of which is left in the register of its sum.

/// The output of the sum in `$sum`, with the constants of its unit in registers.
macro_rules! output {
    ($sum:literal, $bias:literal, $multiplier:literal, $exponent:literal, $offset:literal) => {
        concat!(
            "add.w ",
            $sum,
            ", ",
            $bias,
            ", ",
            $sum,
            ", lsl #1\nsmull lr, ",
            $sum,
            ", ",
            $sum,
            ", ",
            $multiplier,
            "\nadd.w ",
            $sum,
            ", ",
            $sum,
            ", lr, lsr #31\nadd.w ",
            $sum,
            ", ",
            $sum,
            ", ",
            $sum,
            ", asr #31\nadd ",
            $sum,
            ", ",
            $sum,
            ", ",
            $offset,
            "\nasr.w ",
            $sum,
            ", ",
            $sum,
            ", ",
            $exponent,
            "\nssat ",
            $sum,
            ", #8, ",
            $sum,
            "\n",
        )
    };
}

/// The same of a unit that is rounded once.
macro_rules! output_once {
    ($sum:literal, $bias:literal, $multiplier:literal) => {
        concat!(
            "add ",
            $sum,
            ", ",
            $bias,
            "\nsmull lr, ",
            $sum,
            ", ",
            $sum,
            ", ",
            $multiplier,
            "\nssat ",
            $sum,
            ", #8, ",
            $sum,
            "\n",
        )
    };
}

/// Outputs of one row, whose sums are in `r4` to `r7`, with constants from `r12` on.
macro_rules! outputs_of_one_row {
    () => {
        concat!(
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r4", "r0", "r1", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r5", "r0", "r1", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r6", "r0", "r1", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r7", "r0", "r1", "r2", "r3"),
        )
    };
}

/// The same of units that are rounded once.
macro_rules! outputs_of_one_row_once {
    () => {
        concat!(
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output_once!("r4", "r0", "r1"),
            output_once!("r5", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output_once!("r6", "r0", "r1"),
            output_once!("r7", "r2", "r3"),
        )
    };
}

/// Outputs of two rows: the sums of the second are in `r8` to `r11`.
macro_rules! outputs_of_two_rows {
    () => {
        concat!(
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r4", "r0", "r1", "r2", "r3"),
            output!("r8", "r0", "r1", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r5", "r0", "r1", "r2", "r3"),
            output!("r9", "r0", "r1", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r6", "r0", "r1", "r2", "r3"),
            output!("r10", "r0", "r1", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output!("r7", "r0", "r1", "r2", "r3"),
            output!("r11", "r0", "r1", "r2", "r3"),
        )
    };
}

/// The same of units that are rounded once.
macro_rules! outputs_of_two_rows_once {
    () => {
        concat!(
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output_once!("r4", "r0", "r1"),
            output_once!("r8", "r0", "r1"),
            output_once!("r5", "r2", "r3"),
            output_once!("r9", "r2", "r3"),
            "ldm r12!, {{r0, r1, r2, r3}}\n",
            output_once!("r6", "r0", "r1"),
            output_once!("r10", "r0", "r1"),
            output_once!("r7", "r2", "r3"),
            output_once!("r11", "r2", "r3"),
        )
    };
}

/// Outputs of one row with constants from `r0` on, behind the weights.
macro_rules! outputs_of_pairs {
    () => {
        concat!(
            "ldm.w r0!, {{r8, r9, r10, r11}}\n",
            output!("r4", "r8", "r9", "r10", "r11"),
            "ldm.w r0!, {{r8, r9, r10, r11}}\n",
            output!("r5", "r8", "r9", "r10", "r11"),
            "ldm.w r0!, {{r8, r9, r10, r11}}\n",
            output!("r6", "r8", "r9", "r10", "r11"),
            "ldm.w r0!, {{r8, r9, r10, r11}}\n",
            output!("r7", "r8", "r9", "r10", "r11"),
        )
    };
}

/// The same of units that are rounded once.
macro_rules! outputs_of_pairs_once {
    () => {
        concat!(
            "ldm.w r0!, {{r8, r9, r10, r11}}\n",
            output_once!("r4", "r8", "r9"),
            output_once!("r5", "r10", "r11"),
            "ldm.w r0!, {{r8, r9, r10, r11}}\n",
            output_once!("r6", "r8", "r9"),
            output_once!("r7", "r10", "r11"),
        )
    };
}
