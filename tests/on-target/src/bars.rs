//! What must not be exceeded: shares of what TensorFlow Lite Micro with CMSIS-NN takes for the same models, and what the same
//! model takes without a setting.

use anyhow::{Result, ensure};
use tiny_model_compiler::Optimize;

use crate::ledger::Ledger;

/// A program, instructions that the other takes for it on Cortex-M4F (gcc 12, the better of `-O2` and `-O3`, the same
/// emulated board and inputs), and the share of them that is allowed.
const SHARES: [(&str, u64, f64); 9] = [
    ("mlperf_kws_dscnn_int8", 7_697_760, 0.50),
    ("mlperf_vww_96_int8", 24_101_560, 0.27),
    ("mlperf_ic_resnet8_int8", 29_862_040, 0.52),
    ("mlperf_ic_resnet8_int8-speed", 29_862_040, 0.38),
    ("mlperf_ad01_int8", 582_880, 0.68),
    ("mlperf_str_ww_int8", 2_227_480, 0.55),
    ("microflow_speech", 1_495_400, 0.35),
    ("microflow_person_detect", 22_928_040, 0.42),
    ("tflm_hello_world_int8", 3_520, 0.30),
];

/// Where they were counted.
const BOARD: &str = "mps2-an386";

/// Fails, with all that is exceeded, as far as it was measured.
pub(crate) fn check(measured: &Ledger) -> Result<()> {
    let mut exceeded = Vec::new();
    for (program, theirs, share) in SHARES {
        let most = (theirs as f64 * share) as u64;
        if let Some(ours) = measured.figure(program, BOARD, "effort").filter(|&ours| ours > most) {
            exceeded.push(format!("{program} on {BOARD}: {ours} instructions, more than {most}"));
        }
    }
    let suffix = format!("-{}", Optimize::Size);
    for (program, board) in measured.measured() {
        let Some(usual) = program.strip_suffix(&suffix) else { continue };
        let [small, usual] = [program, usual].map(|program| measured.figure(program, board, "code"));
        if let (Some(small), Some(usual)) = (small, usual)
            && small > usual
        {
            exceeded.push(format!("{program} on {board}: {small} bytes of code, more than {usual} without"));
        }
    }
    ensure!(exceeded.is_empty(), "{}", exceeded.join("\n"));
    Ok(())
}
