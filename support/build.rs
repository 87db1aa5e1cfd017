//! Selects the backend, which is the set of inner loops: `cfg(tiny_model_backend = "…")`.
//!
//! Only a build script can: stable Rust shows a crate none of the features of an ARM target.

use std::env;
use std::process::exit;

/// Cargo features, and the backends that they ask for.
const OVERRIDES: [(&str, &str); 3] = [
    ("CARGO_FEATURE_BACKEND_PORTABLE", "portable"),
    ("CARGO_FEATURE_BACKEND_DSP", "dsp"),
    ("CARGO_FEATURE_BACKEND_MVE", "mve"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-check-cfg=cfg(tiny_model_backend, values(\"portable\", \"dsp\", \"mve\", \"avr\"))"
    );
    let machine = Machine::of_target();
    let backend = match overrides().as_slice() {
        [] => machine.best(),
        [backend] if machine.runs(backend) => backend,
        [backend] => fail(&format!(
            "the cargo feature `backend-{backend}` of tiny-model is on, but {} cannot run it: its backend is \
             `{}`. Turn the feature off, or set `-C target-cpu` to a processor that can",
            machine.name(),
            machine.best()
        )),
        several => fail(&format!(
            "tiny-model has one backend, but cargo features ask for several: {}. Features add up over all crates \
             of a program: leave the choice to the one that is the program",
            several.iter().map(|backend| format!("`backend-{backend}`")).collect::<Vec<_>>().join(", ")
        )),
    };
    println!("cargo::rustc-check-cfg=cfg(tiny_model_multiplier, values(\"short\"))");
    if machine.target.starts_with("thumbv6m") {
        println!("cargo::rustc-cfg=tiny_model_multiplier=\"short\"");
    }
    println!("cargo::rustc-check-cfg=cfg(tiny_model_loops, values(\"v6m\", \"v7m\", \"rv32m\", \"plain\"))");
    println!("cargo::rustc-cfg=tiny_model_loops={:?}", machine.loops());
    println!("cargo::rustc-check-cfg=cfg(tiny_model_shared)");
    // There stable Rust has assembly.
    let assembles = machine.target.starts_with("thumb") || machine.target.starts_with("riscv");
    if assembles && matches!(backend, "dsp" | "mve" | "portable") {
        println!("cargo::rustc-cfg=tiny_model_shared");
    }
    println!("cargo::rustc-cfg=tiny_model_backend={backend:?}");
    println!("cargo::rustc-env=TINY_MODEL_BACKEND={backend}");
}

fn overrides() -> Vec<&'static str> {
    let asked = |(variable, backend)| env::var_os(variable).is_some().then_some(backend);
    OVERRIDES.into_iter().filter_map(asked).collect()
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    exit(1)
}

/// What is known of the processor.
struct Machine {
    target: String,
    cpu: Option<String>,
    avr: bool,
    /// For `-C target-feature`, `+` or `-` before a name; the last of several counts.
    features: Vec<String>,
}

impl Machine {
    fn of_target() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        let mut machine = Self {
            target: variable("TARGET"),
            cpu: None,
            avr: variable("CARGO_CFG_TARGET_ARCH") == "avr",
            features: Vec::new(),
        };
        let flags = variable("CARGO_ENCODED_RUSTFLAGS");
        let flags: Vec<&str> = flags.split('\x1f').collect();
        for (flag, next) in flags.iter().zip(flags.iter().skip(1).chain([&""])) {
            // One argument or two, `-Cname=value` or `-C name=value`; rustc takes `_` for `-` in names.
            let option = match *flag {
                "-C" | "--codegen" => next,
                _ => flag.strip_prefix("-C").or_else(|| flag.strip_prefix("--codegen=")).unwrap_or_default(),
            };
            match option.split_once('=') {
                Some(("target-cpu" | "target_cpu", cpu)) => machine.cpu = Some(cpu.to_owned()),
                Some(("target-feature" | "target_feature", features)) => {
                    machine.features.extend(features.split(',').map(str::to_owned));
                }
                _ => {}
            }
        }
        machine
    }

    /// The backend for this processor as far as it is known.
    fn best(&self) -> &'static str {
        if self.avr {
            return "avr";
        }
        let mve = self.has("mve", self.is_mainline() && self.is_cpu(&["m52", "m55", "m85"]));
        let dsp = self.is_mainline() && self.is_cpu(&["m33", "m35p", "m52", "m55", "m85"]);
        match self.has("dsp", dsp || self.target.starts_with("thumbv7em")) {
            true if mve => "mve",
            true => "dsp",
            false => {
                self.advise();
                "portable"
            }
        }
    }

    /// Which loops multiply one number at a time.
    fn loops(&self) -> &'static str {
        match self.target.as_str() {
            target if target.starts_with("thumbv6m") || target.starts_with("thumbv8m.base") => "v6m",
            target if target.starts_with("thumbv7m") || self.is_mainline() => "v7m",
            target if target.starts_with("riscv32im") || target.starts_with("riscv32gc") => "rv32m",
            _ => "plain",
        }
    }

    fn runs(&self, backend: &str) -> bool {
        backend == "portable"
            || backend == self.best()
            || (backend == "dsp" && self.best() == "mve")
            || self.is_unknown() // then the user knows
    }

    /// Whether this is an architecture of which some processors have more than others, and it was
    /// not said which.
    fn is_unknown(&self) -> bool {
        self.is_mainline() && self.cpu.is_none()
    }

    fn is_mainline(&self) -> bool {
        self.target.starts_with("thumbv8m.main")
    }

    fn is_cpu(&self, names: &[&str]) -> bool {
        let name = self.cpu.as_deref().and_then(|cpu| cpu.strip_prefix("cortex-"));
        name.is_some_and(|name| names.contains(&name))
    }

    fn has(&self, feature: &str, by_default: bool) -> bool {
        let set = self.features.iter().rev().find(|set| set.get(1..) == Some(feature));
        set.map_or(by_default, |set| set.starts_with('+'))
    }

    fn advise(&self) {
        if self.is_unknown() && overrides().is_empty() {
            println!(
                "cargo::warning=the target {} does not say whether the processor has the DSP or the MVE extension, so \
                 tiny-model does without. Set the processor, as in `rustflags = [\"-C\", \"target-cpu=cortex-m33\"]` of \
                 .cargo/config.toml, or turn on the cargo feature `backend-dsp`, `backend-mve` or `backend-portable`",
                self.target
            );
        }
    }

    fn name(&self) -> String {
        match &self.cpu {
            Some(cpu) => format!("{cpu} ({})", self.target),
            None => self.target.clone(),
        }
    }
}
