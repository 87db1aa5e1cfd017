//! The boards: what to compile for, where memory lies, and which emulator plays the board.

use anyhow::{Result, bail};

use crate::program::Needs;

/// A board that firmware is built for and run on.
#[derive(Debug)]
pub(crate) struct Board {
    /// The emulator's name of it, which is what `--board` takes; where one machine plays two boards, with the
    /// architecture behind it.
    pub(crate) name: &'static str,
    /// The processor, for people.
    pub(crate) core: &'static str,
    /// rustc's target.
    pub(crate) target: &'static str,
    /// For `-C target-cpu`, where a user of such a chip has to set it.
    pub(crate) target_cpu: Option<&'static str>,
    pub(crate) flash: Region,
    pub(crate) ram: Region,
    pub(crate) machine: Machine,
    /// The inner loops that are built for it.
    pub(crate) loops: Loops,
    /// Whether its registers for floating-point numbers hold integer vectors as well.
    pub(crate) has_vectors: bool,
    /// What runs on it when nothing is asked for.
    pub(crate) suite: Suite,
}

/// The sets of inner loops in `support/src/inner`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loops {
    Avr,
    V6m,
    V7m,
    Dsp,
    Mve,
    Rv32m,
}

impl Loops {
    pub(crate) const ALL: [Self; 6] = [Self::Avr, Self::V6m, Self::V7m, Self::Dsp, Self::Mve, Self::Rv32m];

    /// The backend whose variants of kernels it takes.
    pub(crate) fn backend(self) -> &'static str {
        match self {
            Self::Avr => "avr",
            Self::V6m => "v6m",
            Self::V7m => "v7m",
            Self::Dsp => "dsp",
            Self::Mve => "mve",
            Self::Rv32m => "portable",
        }
    }

    /// Instructions, cycles on AVR, that the processor takes for a product and its addition once both factors are in
    /// registers, and which they are. On AVR a weight is loaded each time, for there it has no other place.
    pub(crate) fn limit(self) -> (f64, &'static str) {
        match self {
            Self::Avr => (8.0, "lpm, mul, add and two adc"),
            Self::V6m => (2.0, "muls and add"),
            Self::V7m => (0.5, "smlal, two products"),
            Self::Dsp => (0.5, "smlad, two products"),
            Self::Mve => (0.0625, "vmladava, sixteen products"),
            Self::Rv32m => (2.0, "mul and add"),
        }
    }
}

/// What a board runs when nothing is asked for.
#[derive(Debug)]
pub(crate) struct Suite {
    /// Whole models.
    pub(crate) models: Models,
    /// The operators' golden cases.
    pub(crate) cases: bool,
}

/// Which whole models.
#[derive(Debug)]
pub(crate) enum Models {
    None,
    /// All that fit.
    All,
    /// Those of these names.
    These(&'static [&'static str]),
}

impl Models {
    /// Whether a program is one of them.
    pub(crate) fn has(&self, program: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(names) => names.contains(&program),
        }
    }
}

const EVERYTHING: Suite = Suite { models: Models::All, cases: true };
const MODELS: Suite = Suite { models: Models::All, cases: false };
/// Well-known models that the memory of the micro:bit does not hold.
const LARGE: Suite = Suite {
    models: Models::These(&[
        "mlperf_ad01_int8",
        "mlperf_ic_resnet8_int8",
        "mlperf_vww_96_int8",
        "microflow_person_detect",
    ]),
    cases: false,
};

#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) origin: u32,
    pub(crate) length: u32,
}

#[derive(Debug)]
pub(crate) enum Machine {
    /// A machine of `qemu-system-arm`.
    QemuArm(&'static str),
    /// The machine `virt` of `qemu-system-riscv32`.
    QemuRiscv,
    /// A controller that simavr knows.
    Simavr(&'static str),
}

/// The target of tier 3: nobody ships its core library, and code for it may need nightly features of rustc.
pub(crate) const TIER_3: &str = "avr-none";

const KIB: u32 = 1024;
const MIB: u32 = 1024 * KIB;

const fn region(origin: u32, length: u32) -> Region {
    Region { origin, length }
}

/// All boards, small to large.
pub(crate) static BOARDS: &[Board] = &[
    Board {
        name: "atmega328p",
        core: "AVR",
        target: TIER_3,
        target_cpu: Some("atmega328p"),
        flash: region(0, 32 * KIB),
        ram: region(0x100, 2 * KIB),
        machine: Machine::Simavr("atmega328p"),
        loops: Loops::Avr,
        has_vectors: false,
        suite: MODELS,
    },
    Board {
        name: "atmega1284p",
        core: "AVR",
        target: TIER_3,
        target_cpu: Some("atmega1284p"),
        flash: region(0, 128 * KIB),
        ram: region(0x100, 16 * KIB),
        machine: Machine::Simavr("atmega1284p"),
        loops: Loops::Avr,
        has_vectors: false,
        // The same processor as that of the ATmega328P, whose memory holds hardly any of the cases.
        suite: Suite { models: Models::None, cases: true },
    },
    Board {
        name: "microbit",
        core: "Cortex-M0",
        target: "thumbv6m-none-eabi",
        target_cpu: None,
        flash: region(0, 256 * KIB),
        ram: region(0x2000_0000, 16 * KIB),
        machine: Machine::QemuArm("microbit"),
        loops: Loops::V6m,
        has_vectors: false,
        suite: EVERYTHING,
    },
    // For what is too large for that, which runs on a processor that has all of its instructions and more memory.
    Board {
        name: "mps2-an385-v6m",
        core: "Cortex-M0",
        target: "thumbv6m-none-eabi",
        target_cpu: None,
        flash: region(0, 4 * MIB),
        ram: region(0x2000_0000, 4 * MIB),
        machine: Machine::QemuArm("mps2-an385"),
        loops: Loops::V6m,
        has_vectors: false,
        suite: LARGE,
    },
    Board {
        name: "mps2-an385",
        core: "Cortex-M3",
        target: "thumbv7m-none-eabi",
        target_cpu: None,
        flash: region(0, 4 * MIB),
        ram: region(0x2000_0000, 4 * MIB),
        machine: Machine::QemuArm("mps2-an385"),
        loops: Loops::V7m,
        has_vectors: false,
        suite: MODELS,
    },
    Board {
        name: "mps2-an386",
        core: "Cortex-M4F",
        target: "thumbv7em-none-eabihf",
        target_cpu: None,
        flash: region(0, 4 * MIB),
        ram: region(0x2000_0000, 4 * MIB),
        machine: Machine::QemuArm("mps2-an386"),
        loops: Loops::Dsp,
        has_vectors: false,
        suite: EVERYTHING,
    },
    Board {
        name: "mps2-an500",
        core: "Cortex-M7",
        target: "thumbv7em-none-eabihf",
        target_cpu: Some("cortex-m7"),
        flash: region(0, 4 * MIB),
        ram: region(0x2000_0000, 4 * MIB),
        machine: Machine::QemuArm("mps2-an500"),
        loops: Loops::Dsp,
        has_vectors: false,
        suite: MODELS,
    },
    Board {
        name: "mps2-an505",
        core: "Cortex-M33",
        target: "thumbv8m.main-none-eabi",
        target_cpu: Some("cortex-m33"),
        // The secure views of both memories; the processor starts in the secure state.
        flash: region(0x1000_0000, 4 * MIB),
        ram: region(0x3800_0000, 4 * MIB),
        machine: Machine::QemuArm("mps2-an505"),
        loops: Loops::Dsp,
        has_vectors: false,
        suite: MODELS,
    },
    Board {
        name: "mps3-an547",
        core: "Cortex-M55",
        target: "thumbv8m.main-none-eabihf",
        target_cpu: Some("cortex-m55"),
        flash: region(0, 512 * KIB),
        ram: region(0x2000_0000, 512 * KIB),
        machine: Machine::QemuArm("mps3-an547"),
        loops: Loops::Mve,
        has_vectors: true,
        suite: EVERYTHING,
    },
    Board {
        name: "riscv-virt",
        core: "RV32IMC",
        target: "riscv32imc-unknown-none-elf",
        target_cpu: None,
        // All of it is RAM; the first half plays the flash.
        flash: region(0x8000_0000, 4 * MIB),
        ram: region(0x8040_0000, 4 * MIB),
        machine: Machine::QemuRiscv,
        loops: Loops::Rv32m,
        has_vectors: false,
        suite: EVERYTHING,
    },
];

impl Board {
    pub(crate) fn named(name: &str) -> Result<&'static Self> {
        if let Some(board) = BOARDS.iter().find(|board| board.name == name) {
            return Ok(board);
        }
        let known: Vec<_> = BOARDS.iter().map(|board| board.name).collect();
        bail!("no board '{name}'; there are {}", known.join(", "))
    }

    /// Why a program with these needs cannot run, if that is so. What the harness and the stack take beside
    /// them is a little more than was ever measured, and code is counted as its least.
    pub(crate) fn too_small_for(&self, needs: Needs) -> Option<String> {
        const STACK: usize = 1000;
        const CODE: usize = 4000;
        let lacks = |what: &str, needed: usize, region: &Region| {
            let there = region.length as usize;
            (needed > there).then(|| format!("it takes {needed} bytes of {what}, there are {there}"))
        };
        lacks("RAM", needs.ram + STACK, &self.ram).or_else(|| lacks("flash", needs.flash + CODE, &self.flash))
    }

    pub(crate) fn is_tier_3(&self) -> bool {
        self.target == TIER_3
    }
}
