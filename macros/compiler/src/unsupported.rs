//! Names what a file asks for and there is no kernel for, with the way around it.

use crate::diagnostics::{Problem, printable};
use crate::schema::tflite;

/// The newest version that any operator of the schema has is below this; what higher ones mean is
/// unknown, and a file with such a one most likely damaged.
const NEWEST_VERSION: i32 = 20;

/// Custom operators that hold a program for an accelerator: how their code begins, the chip, and the
/// tool that put them into the file.
const ACCELERATORS: [(&str, &str, &str); 7] = [
    ("ethos-u", "an Arm Ethos-U NPU", "Vela"),
    ("edgetpu", "a Coral Edge TPU", "edgetpu_compiler"),
    ("XC_", "an XMOS xcore", "xformer"),
    ("NeutronGraph", "an NXP eIQ Neutron NPU", "the Neutron converter"),
    ("vsi-npu", "a VeriSilicon NPU", "its compilation for the NPU"),
    ("DISPATCH_OP", "an NPU, by LiteRT", "its compilation for the NPU"),
    ("DELEGATE", "a delegate of TensorFlow Lite", "the delegate"),
];

/// Operators for which TensorFlow Lite Micro has kernels on floating-point numbers alone.
const FLOAT_ONLY: [&str; 13] = [
    "CEIL",
    "COS",
    "EXP",
    "FLOOR",
    "FLOOR_DIV",
    "FLOOR_MOD",
    "L2_POOL_2D",
    "LOG",
    "NEG",
    "ROUND",
    "SIN",
    "SQRT",
    "SQUARE",
];

/// Why an operator of the schema without a row in our list is refused, or a custom one.
pub(crate) fn problem(name: &str, code: &tflite::OperatorCode<'_>) -> Problem {
    const ASK: &str = "replace the layer in the model, or ask for the operator in an issue";
    let custom = code.custom_code().unwrap_or_default();
    let key = if custom.is_empty() { name } else { custom };
    if let Some((_, chip, tool)) = ACCELERATORS.iter().find(|(start, ..)| key.starts_with(start)) {
        return Problem::new(
            format!("compiled for {chip}"),
            "what it computes is in commands for that chip alone",
            format!("use the model from before {tool}"),
        );
    }
    if let Some(operator) = custom.strip_prefix("Flex") {
        return Problem::new(
            format!("{} of TensorFlow itself", printable(operator)),
            "it needs all of TensorFlow at run time, which no microcontroller holds",
            "convert without `tf.lite.OpsSet.SELECT_TF_OPS`, and replace the layers that need it",
        );
    }
    if custom == "TFLite_Detection_PostProcess" {
        return Problem::new(
            "the choice among detected boxes is part of the model",
            "it computes in floats and sorts, which is a program's work and no layer's",
            "export the model without post-processing, and choose among its boxes in Rust",
        );
    }
    if !custom.is_empty() {
        return Problem::new(
            "a custom operator",
            "the file has its name but not what it computes",
            "build the layer of standard operators, or compute it in Rust between two models",
        );
    }
    if FLOAT_ONLY.contains(&name) {
        return Problem::new(
            "computed in floating point only",
            "TensorFlow Lite Micro has no quantized form of it, which ours could be equal to",
            "replace the layer by one that has an int8 form",
        );
    }
    match name {
        "IF" | "WHILE" => {
            return Problem::new(
                "which operators run depends on the input",
                "memory and time are planned while compiling",
                "compute both branches and choose with SELECT_V2, or unroll the loop before converting",
            );
        }
        "WHERE" => {
            return Problem::new(
                "how many elements it gives depends on the input",
                "memory is planned while compiling",
                "choose elements with SELECT_V2 (`tf.where` with three arguments)",
            );
        }
        _ => {}
    }
    match name.starts_with("operator code") {
        true => Problem::new(
            "not in the schema",
            "it is newer than this tiny-model, or the file is damaged",
            "update tiny-model, or convert the model again",
        ),
        false => Problem::new("not supported", "there is no kernel for it yet", ASK),
    }
}

/// Refuses versions of an operator that nobody has defined.
pub(crate) fn check_version(code: &tflite::OperatorCode<'_>) -> Result<(), Problem> {
    match code.version() {
        ..=NEWEST_VERSION => Ok(()),
        version => Err(Problem::new(
            format!("version {version}"),
            format!("no operator has versions above {NEWEST_VERSION}"),
            crate::read::CONVERT_AGAIN,
        )),
    }
}
