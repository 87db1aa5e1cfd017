//! The ledger beside what TensorFlow Lite Micro takes for the same models on the same emulated boards: at most the
//! shares that are asked for here, so that none is lost again unnoticed.

use super::check;

/// A model, instructions on each of [`BOARDS`], and bytes of code.
type Row = (&'static str, [f64; 4], u32);

/// Executed instructions per inference and bytes of code of TensorFlow Lite Micro, built by gcc 12 with the better of
/// `-O2` and `-O3`, measured on the boards that are emulated here with the same inputs: with CMSIS-NN on Cortex-M4F and
/// M55, and its reference kernels on M3 and M0. Code is all flash but the model, on M4F.
const THEIRS: [Row; 8] = [
    ("mlperf_kws_dscnn_int8", [7_697_760.0, 1_813_562.0, 48.7e6, 73.9e6], 53_672),
    ("mlperf_vww_96_int8", [24_101_560.0, 6_557_968.0, 117.3e6, 183.3e6], 53_672),
    ("mlperf_ic_resnet8_int8", [29_862_040.0, 4_910_468.0, 132.2e6, 211.5e6], 51_476),
    ("mlperf_ad01_int8", [582_880.0, 149_937.0, 1.95e6, 3.38e6], 27_360),
    ("mlperf_str_ww_int8", [2_227_480.0, 407_875.0, 10.2e6, 16.2e6], 51_104),
    ("microflow_speech", [1_495_400.0, 1_008_187.0, 9.58e6, 13.7e6], 44_444),
    ("microflow_person_detect", [22_928_040.0, 6_507_750.0, 111.6e6, 175.3e6], 43_928),
    ("tflm_hello_world_int8", [3_520.0, 2_125.0, 5_240.0, 9_360.0], 27_360),
];

/// The boards of these figures: the processor, and the board it is emulated on.
const BOARDS: [(&str, &str); 4] =
    [("Cortex-M4F", "mps2-an386"), ("M55", "mps3-an547"), ("M3", "mps2-an385"), ("M0", "microbit")];

/// What stands in for a board that a model does not fit.
const LARGER: (&str, &str) = ("microbit", "mps2-an385-v6m");

/// The greatest share of their instructions that is ours, on each of these boards.
const BARS: [(&str, [f64; 4]); 8] = [
    ("mlperf_kws_dscnn_int8", [0.50, 1.0, 0.20, 0.30]),
    ("mlperf_vww_96_int8", [0.27, 0.60, 0.12, 0.18]),
    ("mlperf_ic_resnet8_int8", [0.52, 1.0, 0.20, 0.30]),
    ("mlperf_ad01_int8", [0.68, 1.0, 0.20, 0.30]),
    ("mlperf_str_ww_int8", [0.55, 1.0, 0.20, 0.30]),
    ("microflow_speech", [0.35, 0.40, 0.20, 0.30]),
    ("microflow_person_detect", [0.42, 1.0, 0.20, 0.30]),
    ("tflm_hello_world_int8", [0.30, 1.0, 0.20, 0.30]),
];

/// With `optimize = "speed";`: the model, as the ledger has it, and the greatest share on Cortex-M4F.
const SPEED: (&str, &str, f64) = ("mlperf_ic_resnet8_int8", "mlperf_ic_resnet8_int8-speed", 0.38);

/// The most bytes of code on Cortex-M4F.
const CODE: [(&str, u32); 5] = [
    ("mlperf_kws_dscnn_int8", 12 * 1024),
    ("mlperf_vww_96_int8", 12 * 1024),
    ("mlperf_ic_resnet8_int8", 12 * 1024),
    ("mlperf_ad01_int8", 3 * 1024),
    ("microflow_sine", 3 * 1024),
];

const LEDGER: &str = include_str!("../../on-target/ledger.csv");

/// Instructions and code of a model on a board, if it fits there.
fn ours(ledger: &str, model: &str, board: &str) -> Option<(f64, u32)> {
    let row = ledger.lines().find_map(|line| line.strip_prefix(&format!("{model},{board},")))?;
    let cells: Vec<&str> = row.split(',').collect();
    let number = |at: usize| cells.get(at)?.parse::<u32>().ok();
    Some((f64::from(number(1)?), number(2)?))
}

#[test]
fn peers_table_is_current() {
    let processors: Vec<&str> = BOARDS.iter().map(|(processor, _)| *processor).collect();
    let mut text = format!("| model | {} | code, M4F |\n|---|---|---|---|---|---|\n", processors.join(" | "));
    for (model, theirs, code) in THEIRS {
        let (_, bars) = BARS.iter().find(|(name, _)| *name == model).expect("each model has bars");
        let mut cells = vec![format!("`{model}`")];
        for (((_, board), theirs), bar) in BOARDS.iter().zip(theirs).zip(bars) {
            let here = ours(LEDGER, model, board);
            let there = (*board == LARGER.0).then(|| ours(LEDGER, model, LARGER.1)).flatten();
            let (ours, _) = here.or(there).expect("all models of these are in the ledger");
            let share = ours / theirs;
            assert!(
                share <= *bar,
                "{model} on {board}: {ours} instructions are {share:.3} of {theirs}, not {bar}"
            );
            cells.push(format!("{ours} of {theirs}: {:.0} %", share * 100.0));
        }
        let (_, our_code) = ours(LEDGER, model, BOARDS[0].1).expect("all are measured there");
        cells.push(format!("{our_code} of {code}"));
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    check("peers", &text);
}

#[test]
fn speed_is_faster() {
    let (model, program, share) = SPEED;
    let (_, theirs, _) = THEIRS.iter().find(|(name, ..)| *name == model).expect("the model is there");
    let (ours, _) = ours(LEDGER, program, BOARDS[0].1).expect("it is measured there");
    assert!(ours <= share * theirs[0], "{program}: {ours} instructions, not {share} of {}", theirs[0]);
}

#[test]
fn size_is_smaller() {
    let programs = LEDGER.lines().filter_map(|line| line.split_once(','));
    let small = programs.filter(|(program, _)| program.ends_with("-size"));
    let mut found = 0;
    for (program, rest) in small {
        let (board, _) = rest.split_once(',').expect("rows have boards");
        let usual = program.trim_end_matches("-size");
        let [(_, small), (_, usual)] =
            [program, usual].map(|program| ours(LEDGER, program, board).expect("both are measured"));
        assert!(small <= usual, "{program} on {board}: {small} bytes of code, {usual} without the setting");
        found += 1;
    }
    assert!(found > 10, "{found} rows");
}

#[test]
fn code_is_small() {
    for (model, most) in CODE {
        let (_, code) = ours(LEDGER, model, BOARDS[0].1).expect("all are measured there");
        assert!(code <= most, "{model}: {code} bytes of code, not {most}");
    }
}
