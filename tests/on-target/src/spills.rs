//! Finds code that LLVM's AVR backend compiles wrongly: a product lies in `r0`, and before it is read, code that spills
//! a register far into the stack frame saves the processor's flags in `r0`.

/// The functions in a disassembly where that happens, with the address of the first such read in each.
pub(crate) fn overwritten_products(disassembly: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let (mut function, mut state, mut is_skipped) = ("", Register::Free, false);
    for line in disassembly.lines() {
        if let Some((_, name)) = line.strip_suffix(">:").and_then(|line| line.split_once('<')) {
            (function, state, is_skipped) = (name, Register::Free, false);
            continue;
        }
        let mut columns = line.split('\t');
        let (Some(address), Some(mnemonic)) = (columns.next(), columns.next()) else { continue };
        let operands = columns.next().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let (first, second) = operands.split_once(',').map_or((operands, ""), |(a, b)| (a.trim(), b.trim()));
        state = match (mnemonic.trim(), state) {
            (name, _) if name.starts_with("mul") || name.starts_with("fmul") => Register::Product,
            ("in", Register::Product) if first == "r0" => Register::Flags,
            // A branch before it may lead around the jump.
            ("ret" | "rjmp" | "jmp", _) if !is_skipped => Register::Free,
            // Loaded with something else.
            ("pop" | "clr" | "in" | "ld" | "ldd" | "lds" | "lpm" | "eor", _) if first == "r0" => {
                Register::Free
            }
            ("out" | "push", state) => state,
            (_, Register::Flags) if reads_r0(mnemonic, first, second) => {
                if found.last().is_none_or(|(last, _)| *last != function) {
                    found.push((function, address.trim().trim_end_matches(':')));
                }
                Register::Free
            }
            (_, state) => state,
        };
        is_skipped = mnemonic.starts_with("br") || mnemonic.starts_with("sb") || mnemonic.trim() == "cpse";
    }
    found
}

/// What `r0` holds.
#[derive(Clone, Copy, PartialEq)]
enum Register {
    Free,
    Product,
    Flags,
}

fn reads_r0(mnemonic: &str, first: &str, second: &str) -> bool {
    second == "r0" || first == "r0" && !mnemonic.starts_with("mov")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_that_spill_code_overwrote_is_found() {
        let code = "00000100 <f>:\n 100:\tmul\tr24, r25\n 102:\tin\tr0, 0x3f\t; 63\n 104:\tsubi\tr28, 0xC0\t; 192\n \
                    106:\tout\t0x3f, r0\t; 63\n 108:\tstd\tY+1, r1\n 10a:\tmovw\tr18, r0\n 10c:\tret\n";
        assert_eq!(overwritten_products(code), [("f", "10a")]);
    }

    #[test]
    fn it_is_found_behind_a_jump_that_a_branch_leads_around() {
        let code = "00000100 <f>:\n 100:\tmuls\tr24, r25\n 102:\tbrcc\t.+4\n 104:\tjmp\t0x200\n \
                    108:\tin\tr0, 0x3f\t; 63\n 10a:\tout\t0x3f, r0\t; 63\n 10c:\tadd\tr18, r0\n 10e:\tret\n";
        assert_eq!(overwritten_products(code), [("f", "10c")]);
    }

    #[test]
    fn a_product_that_is_read_first_is_not() {
        let code = "00000100 <f>:\n 100:\tmul\tr24, r25\n 102:\tmovw\tr18, r0\n 104:\teor\tr1, r1\n \
                    106:\tin\tr0, 0x3f\t; 63\n 108:\tout\t0x3f, r0\t; 63\n 10a:\tret\n";
        assert_eq!(overwritten_products(code), []);
    }
}
