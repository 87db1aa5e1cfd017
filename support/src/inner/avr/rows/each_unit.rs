//! What leads from a unit to the next, as text of assembly.

/// Nine weights of a unit, from these registers on.
macro_rules! weights {
    ($($register:literal)*) => {
        concat!($("lpm ", $register, ", Z+\n"),*)
    };
}

/// All groups of rows, and all units of each: the constants of a unit, and then its rows by `$rows`, which goes on with the
/// next at `4`, with those that are left in `r16`, and with the next unit at `95`. Rows that see three begin where it begins,
/// those that see two at `200`, both with the bias in `r6`, `r7` and `r11`. `$next` leads to a row that is not where the loop
/// is. `$own` is a field that only these use.
macro_rules! each_unit {
    ($frame:ident, [$($own:ident)?], $next:expr, $($rows:tt)*) => {
        asm!(
            "push r28",
            "push r29",
            "movw r28, r26",
            "ldd r12, Y+{line}",
            "ldd r13, Y+{line}+1",
            "ldd r8, Y+{factor}",
            // What the image before has left in `carries` is cleared by the first row.
            "set",
            // A group of rows.
            "100:",
            "ldd r30, Y+{group_stream}",
            "ldd r31, Y+{group_stream}+1",
            "std Y+{stream}, r30",
            "std Y+{stream}+1, r31",
            "ldd r0, Y+{multiplier}",
            "std Y+{left_units}, r0",
            "ldd r26, Y+{image}",
            "ldd r27, Y+{image}+1",
            "ldd r30, Y+{output}",
            "ldd r31, Y+{output}+1",
            "ldd r16, Y+{outside}",
            "sbrs r16, 0",
            "rjmp 101f",
            "add r26, r12",
            "adc r27, r13",
            // A unit of each channel.
            "101:",
            "ldd r0, Y+{channels}",
            "std Y+{left_channels}, r0",
            // A unit: its weights, those of a row that is padding behind the others, and its multiplier.
            "1:",
            "movw r2, r30",
            "ldd r30, Y+{stream}",
            "ldd r31, Y+{stream}+1",
            "lpm r6, Z+",
            "std Y+{bias}, r6",
            "lpm r7, Z+",
            "std Y+{bias}+1, r7",
            "lpm r11, Z+",
            "std Y+{bias}+2, r11",
            "ldd r16, Y+{outside}",
            "sbrc r16, 0",
            "rjmp 2f",
            weights!("r17" "r18" "r19" "r20" "r21" "r22" "r23" "r24" "r25"),
            "3:",
            "lpm r0, Z+",
            "std Y+{middle}, r0",
            "lpm r9, Z+",
            "adiw r30, 3",
            "std Y+{stream}, r30",
            "std Y+{stream}+1, r31",
            "movw r30, r2",
            "ldd r0, Y+{rows}",
            "std Y+{left_rows}, r0",
            "sbrs r16, 4",
            "rjmp 5f",
            "rjmp 200f",
            "2:",
            weights!("r23" "r24" "r25" "r17" "r18" "r19" "r20" "r21" "r22"),
            "rjmp 3b",
            // The next row, whose windows see three rows but for the last.
            "4:",
            "std Y+{left_rows}, r16",
            "ldd r0, Y+{outside}",
            "sbrc r0, 6",
            "rjmp 6f",
            "7:",
            "ldd r6, Y+{bias}",
            "ldd r7, Y+{bias}+1",
            "ldd r11, Y+{bias}+2",
            "dec r16",
            "brne 5f",
            "sbrs r0, 1",
            "rjmp 5f",
            "sbrs r0, 5",
            "rjmp 200f",
            // Going backward, it is the first row of the image, and what is padding is the first row that it would see.
            weights_move_back!(),
            "add r26, r12",
            "adc r27, r13",
            "rjmp 200f",
            "6:",
            $next,
            "rjmp 7b",
            "5:",
            $($rows)*
            "95:",
            "ldd r0, Y+{to_channel}",
            "add r26, r0",
            "ldd r0, Y+{to_channel}+1",
            "adc r27, r0",
            "ldd r0, Y+{to_channel}+2",
            "add r30, r0",
            "ldd r0, Y+{to_channel}+3",
            "adc r31, r0",
            "ldd r16, Y+{left_channels}",
            "dec r16",
            "std Y+{left_channels}, r16",
            "breq 7f",
            "rjmp 1b",
            // The next unit of the first channel.
            "7:",
            "ldd r16, Y+{left_units}",
            "dec r16",
            "breq 8f",
            "std Y+{left_units}, r16",
            "ldd r0, Y+{channels}",
            "sub r26, r0",
            "brcc 9f",
            "dec r27",
            "9:",
            "adiw r30, 1",
            "ldd r0, Y+{units}",
            "sub r30, r0",
            "brcc 9f",
            "dec r31",
            "9:",
            "rjmp 101b",
            // The next group.
            "8:",
            "ldd r16, Y+{left_groups}",
            "dec r16",
            "brne 9f",
            "rjmp 99f",
            "9:",
            "std Y+{left_groups}, r16",
            "ldd r0, Y+{others}",
            "dec r16",
            "brne 8f",
            "ldd r0, Y+{end}",
            "8:",
            "std Y+{outside}, r0",
            next_of_group!("{image}", "{group_next}"),
            next_of_group!("{output}", "{group_next}+2"),
            "rjmp 100b",
            rare!(),
            "99:",
            "pop r29",
            "pop r28",
            "clr r1",
            carries = const offset_of!(RowLoop, carries),
            middle = const offset_of!(RowLoop, middle),
            half = const offset_of!(RowLoop, half),
            factor = const offset_of!(RowLoop, factor),
            limit = const offset_of!(RowLoop, limit),
            zero_point = const offset_of!(RowLoop, zero_point),
            units = const offset_of!(RowLoop, units),
            columns = const offset_of!(RowLoop, columns),
            padding = const offset_of!(RowLoop, padding),
            bias = const offset_of!(RowLoop, bias),
            line = const offset_of!(RowLoop, line),
            back = const offset_of!(RowLoop, back),
            next = const offset_of!(RowLoop, next),
            $($own = const offset_of!(RowLoop, $own),)?
            stream = const offset_of!(RowLoop, stream),
            to_channel = const offset_of!(RowLoop, to_channel),
            channels = const offset_of!(RowLoop, channels),
            left_channels = const offset_of!(RowLoop, left_channels),
            multiplier = const offset_of!(RowLoop, multiplier),
            left_units = const offset_of!(RowLoop, left_units),
            group_stream = const offset_of!(RowLoop, group.stream),
            image = const offset_of!(RowLoop, group.image),
            output = const offset_of!(RowLoop, group.output),
            group_next = const offset_of!(RowLoop, group.next),
            left_groups = const offset_of!(RowLoop, group.left),
            rows = const offset_of!(RowLoop, group.rows),
            left_rows = const offset_of!(RowLoop, group.left_rows),
            outside = const offset_of!(RowLoop, group.outside),
            others = const offset_of!(RowLoop, group.others),
            end = const offset_of!(RowLoop, group.end),
            inout("X") $frame => _,
            out("Z") _,
            out("r2") _, out("r3") _, out("r4") _, out("r5") _, out("r6") _, out("r7") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _,
            out("r14") _, out("r15") _, out("r16") _, out("r17") _, out("r18") _, out("r19") _,
            out("r20") _, out("r21") _, out("r22") _, out("r23") _, out("r24") _, out("r25") _,
        )
    };
}

/// Moves a pointer of the group on.
macro_rules! next_of_group {
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

/// Moves the output on to the next row.
macro_rules! next_of_output {
    () => {
        "ldd r1, Y+{next}+2\nadd r30, r1\nldd r1, Y+{next}+3\nadc r31, r1\n"
    };
}

pub(super) use {each_unit, next_of_group, next_of_output, weights};
