//! What is promised of a release firmware that holds a model, checked on its ELF file: it links no panic, no
//! floating point and no allocator, its weights stay in flash, and the model's file is not in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSymbol};

use crate::board::{Board, Machine};
use crate::elf::Growth;
use crate::program::Program;
use crate::spills::overwritten_products;

/// What the firmware's panic handler says. Nothing else does, so without it no panic is linked, inlined or not.
const PANIC_MESSAGE: &[u8] = b"panicked";

/// The static that holds the model.
const MODEL: &str = "NET";

/// A piece of the model's file this long is not there by chance, unless it is of a weight.
const PIECE: usize = 48;

/// Fails, with all that is broken, unless the firmware is of a model and keeps what is promised of those.
pub(crate) fn check(board: &Board, program: &Program, ram: u64, growth: &Growth, elf: &Path) -> Result<()> {
    let bytes = fs::read(elf)?;
    let file = object::File::parse(&*bytes)?;
    let mut broken = in_code(board, &bytes, elf)?;
    let size =
        file.symbols().find(|symbol| symbol.name().is_ok_and(is_model)).map_or(0, |model| model.size());
    if size != ram {
        broken.push(format!("the model's static has {size} bytes, and RAM says {ram}"));
    }
    let others = growth.ram - i64::try_from(ram)?;
    if others.abs() > SLACK {
        broken.push(format!("{others} bytes of RAM beside the model's"));
    }
    let model = program.model.as_deref().unwrap_or_default();
    for (what, piece) in [("head", model.get(..PIECE)), ("end", model.rchunks(PIECE).next())] {
        if contains(&bytes, piece.context("a model is not that small")?) {
            broken.push(format!("has the {what} of the model's file"));
        }
    }
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    Ok(())
}

/// Fails, with all that is broken, unless the code is as that of any model must be.
pub(crate) fn check_code(board: &Board, elf: &Path) -> Result<()> {
    let broken = in_code(board, &fs::read(elf)?, elf)?;
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    Ok(())
}

fn in_code(board: &Board, bytes: &[u8], elf: &Path) -> Result<Vec<String>> {
    let file = object::File::parse(bytes)?;
    let mut broken = Vec::new();
    for name in file.symbols().filter_map(|symbol| symbol.name().ok()) {
        broken.extend(unwanted(name).map(|what| format!("links {what}: {name}")));
    }
    if contains(bytes, PANIC_MESSAGE) {
        broken.push("links the panic handler".to_owned());
    }
    let code = disassemble(board, elf)?;
    let floating_point = code.lines().filter(|line| is_floating_point(board, line));
    broken.extend(floating_point.map(|line| format!("floating point: {}", line.trim())));
    for (function, address) in overwritten_products(&code) {
        broken.push(format!("LLVM overwrote a product at {address} in {function}"));
    }
    Ok(broken)
}

/// RAM that the linker adds to align what follows, and that names in the harness take on AVR.
const SLACK: i64 = 8;

/// Symbols hold the path of what they name, mangled or not.
fn is_model(symbol: &str) -> bool {
    symbol.contains("3NET") || symbol == MODEL
}

fn contains(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len().max(1)).any(|window| window == piece)
}

/// What a symbol is of, if it has no place in the firmware.
fn unwanted(symbol: &str) -> Option<&'static str> {
    let is = |parts: &[&str]| parts.iter().any(|part| symbol.contains(part));
    if is(&["9panicking", "rust_begin_unwind", "panic_fmt"]) {
        Some("a panic")
    } else if is(&["__rust_alloc", "__rg_alloc", "5alloc5alloc", "malloc"]) {
        Some("an allocator")
    } else if is_soft_float(symbol) {
        Some("floating-point emulation")
    } else {
        None
    }
}

/// Routines of compiler-builtins and libgcc, by the types in their names: `__addsf3`, `__fixdfsi`, `__aeabi_fmul`.
fn is_soft_float(symbol: &str) -> bool {
    if let Some(routine) = symbol.strip_prefix("__aeabi_") {
        let converts = ["i2f", "i2d", "l2f", "l2d"].iter().any(|part| routine.contains(part));
        return converts
            || routine.starts_with("cf")
            || routine.starts_with("cd")
            || routine.starts_with(['f', 'd']);
    }
    let Some(routine) = symbol.strip_prefix("__") else { return false };
    const WORK: [&str; 16] = [
        "add", "sub", "mul", "div", "neg", "eq", "ne", "lt", "le", "gt", "ge", "cmp", "unord", "fix",
        "float", "extend",
    ];
    let works = WORK.iter().any(|work| routine.starts_with(work)) || routine.starts_with("trunc");
    works && (routine.contains("sf") || routine.contains("df"))
}

/// The code as text, where there may be instructions that have no place in it: a RISC-V without them has none.
fn disassemble(board: &Board, elf: &Path) -> Result<String> {
    let objdump = match board.machine {
        Machine::QemuArm(_) => "arm-none-eabi-objdump",
        Machine::Simavr(_) => "avr-objdump",
        Machine::QemuRiscv => return Ok(String::new()),
    };
    let output = Command::new(objdump).args(["-d", "--no-show-raw-insn"]).arg(elf).output();
    let output = output.with_context(|| format!("cannot start {objdump}, of GNU's binutils"))?;
    ensure!(output.status.success(), "{objdump}: {}", String::from_utf8_lossy(&output.stderr));
    let code = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(code.contains("<main>:"), "{objdump} found no code");
    Ok(code)
}

/// Whether a line of disassembly is an instruction of the floating-point unit. Where that shares its registers with
/// integer vectors, what calculates on floating-point numbers; moving lanes is done by what is called `vmov.f32`.
fn is_floating_point(board: &Board, line: &str) -> bool {
    let Some(mnemonic) = line.split('\t').nth(1).map(str::trim) else { return false };
    if !matches!(board.machine, Machine::QemuArm(_)) || !mnemonic.starts_with('v') {
        return false;
    }
    let is_move = ["vmov", "vins"].iter().any(|name| mnemonic.starts_with(name));
    let is_float = [".f16", ".f32", ".f64"].iter().any(|ty| mnemonic.contains(ty));
    !board.has_vectors || is_float && !is_move
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_is_known_by_name() {
        for symbol in
            ["__aeabi_fmul", "__aeabi_ui2d", "__aeabi_cdcmple", "__addsf3", "__fixunsdfsi", "__floatsisf"]
        {
            assert_eq!(unwanted(symbol), Some("floating-point emulation"), "{symbol}");
        }
        for symbol in ["_RNvNtCs9_4core9panicking9panic_fmt", "_RNvCs5_7___rustc17rust_begin_unwind"] {
            assert_eq!(unwanted(symbol), Some("a panic"), "{symbol}");
        }
        assert_eq!(unwanted("_RNvCs5_7___rustc12___rust_alloc"), Some("an allocator"));
        for symbol in [
            "__aeabi_memcpy4",
            "__aeabi_lmul",
            "__mulsi3",
            "__divdi3",
            "__udivmodhi4",
            "infer",
            "__data_start",
        ] {
            assert_eq!(unwanted(symbol), None, "{symbol}");
        }
    }
}
