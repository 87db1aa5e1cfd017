//! Sizes and addresses from a firmware's ELF file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::read::elf::ElfFile32;
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionIndex, SymbolKind, elf};

/// Bytes that firmware takes. The stack is not in them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sizes {
    /// Flash: instructions.
    pub(crate) code: u64,
    /// Flash: constants, and the initial values of variables.
    pub(crate) constants: u64,
    /// RAM: variables.
    pub(crate) ram: u64,
}

impl Sizes {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let file = ElfFile32::<object::Endianness>::parse(&*bytes)?;
        let mut sizes = Self::default();
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
            let flag = |flag: u32| sh_flags & u64::from(flag) != 0;
            if !flag(elf::SHF_ALLOC) {
                continue;
            }
            let is_stored =
                section.elf_section_header().sh_type.get(object::Endianness::Little) != elf::SHT_NOBITS;
            if flag(elf::SHF_WRITE) && !flag(elf::SHF_EXECINSTR) {
                sizes.ram += section.size();
            }
            match (is_stored, flag(elf::SHF_EXECINSTR)) {
                (true, true) => {
                    let constants = constants_in(&file, section.index());
                    sizes.code += section.size() - constants;
                    sizes.constants += constants;
                }
                (true, false) => sizes.constants += section.size(),
                (false, _) => {}
            }
        }
        Ok(sizes)
    }

    /// What is left beside a program that does nothing.
    pub(crate) fn without(self, baseline: Self) -> Growth {
        let growth = |whole: u64, part: u64| whole as i64 - part as i64;
        Growth {
            code: growth(self.code, baseline.code),
            constants: growth(self.constants, baseline.constants),
            ram: growth(self.ram, baseline.ram),
        }
    }
}

/// Bytes more than the empty program takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) code: i64,
    pub(crate) constants: i64,
    pub(crate) ram: i64,
}

/// AVR's linker puts constants that stay in flash between the functions; only their symbols tell them apart.
fn constants_in(file: &ElfFile32<'_>, section: SectionIndex) -> u64 {
    let objects = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Data);
    let here = objects.filter(|symbol| symbol.section_index() == Some(section));
    // Two names for one place count once.
    let by_address: BTreeMap<u64, u64> = here.map(|symbol| (symbol.address(), symbol.size())).collect();
    by_address.values().sum()
}

/// The addresses of functions, in the order of the names.
pub(crate) fn addresses(path: &Path, names: &[&str]) -> Result<Vec<u64>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file = object::File::parse(&*bytes)?;
    let address = |name: &&str| {
        let symbol = file.symbols().find(|symbol| symbol.name() == Ok(name));
        let symbol = symbol.with_context(|| format!("{} has no function {name}", path.display()))?;
        // On ARM the lowest bit says that a function is in Thumb code; no instruction lies at an odd address.
        Ok(symbol.address() & !1)
    };
    names.iter().map(address).collect()
}

/// The addresses of functions of a program, by their names without their paths; none for one that is not there, because
/// it does nothing.
pub(crate) fn part_addresses(path: &Path, names: impl Iterator<Item = String>) -> Result<Vec<Option<u64>>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file = object::File::parse(&*bytes)?;
    let functions = || file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    let address = |name: String| {
        let function = functions().find(|symbol| symbol.name().is_ok_and(|symbol| is_of(symbol, &name)));
        function.map(|symbol| symbol.address() & !1)
    };
    Ok(names.map(address).collect())
}

/// Whether a mangled symbol is of a function with that name. A name comes with its length, last but for a hash.
fn is_of(symbol: &str, name: &str) -> bool {
    let symbol = symbol.split('.').next().unwrap_or(symbol);
    let Some((_, rest)) = symbol.rsplit_once(&format!("{}{name}", name.len())) else { return false };
    rest.is_empty() || rest.len() == 20 && rest.starts_with("17h")
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn functions_are_known_by_name() {
        let legacy = "_ZN8firmware7program6hidden1_9conv_2d_117h068c3982d0c2ea19E";
        let constant = "_ZN8firmware7program6hidden1_9conv_2d_16BLOCKS17h6fe1df031ce9dd6fE";
        let v0 = "_RNvNtNtCs1_8firmware7program6hidden9conv_2d_1.llvm.77";
        let found = [legacy, constant, v0].map(|symbol| is_of(symbol, "conv_2d_1"));
        assert_eq!(found, [true, false, true]);
        assert!(!is_of("_ZN8firmware7program6hidden1_10conv_2d_1017h068c3982d0c2ea19E", "conv_2d_1"));
    }
}
