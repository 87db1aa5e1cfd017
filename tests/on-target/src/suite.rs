//! What runs when nothing is asked for: every model of the repository, those of other people that the golden tests
//! run, and the operators' golden cases.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use tiny_model_compiler::{Optimize, Options, Variant, analyze_with};

use crate::golden::Golden;
use crate::parallel;
use crate::program::Program;

/// Models of other people, and what became of each; see `tests/tests/zoo.rs`.
const ZOO: &str = include_str!("../../zoo.txt");
const RAN: &str = ": ran";

/// Models that run once more, optimized for something else.
const OTHERS: [(&str, Optimize); 6] = [
    ("mlperf_ic_resnet8_int8", Optimize::Speed),
    ("mlperf_ic_resnet8_int8", Optimize::Size),
    ("mlperf_kws_dscnn_int8", Optimize::Size),
    ("mlperf_vww_96_int8", Optimize::Size),
    ("mlperf_ad01_int8", Optimize::Size),
    ("microflow_sine", Optimize::Size),
];

/// The same model with more outputs.
const PROBE: &str = "__probe";

/// Programs of models of other people, by their names.
pub(crate) fn named<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Program>> {
    let zoo = zoo();
    ensure!(zoo.is_dir(), "there is no folder {} of models", zoo.display());
    names
        .map(|name| crate::model::program(&zoo.join(name).with_extension("tflite"), Optimize::default()))
        .collect()
}

/// Where models of other people are.
fn zoo() -> PathBuf {
    std::env::var_os("TINY_MODEL_ZOO").map_or_else(|| root().join("../shared/models"), PathBuf::from)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All models, and programs that have bars.
pub(crate) fn all() -> Result<Vec<Program>> {
    let mut programs = models()?;
    for path in sorted(&crate::firmware::folder().join("programs"))? {
        if path.extension().is_some_and(|extension| extension == "bars") && is_chosen(&path) {
            programs.push(Program::find(&path.with_extension("rs").to_string_lossy())?);
        }
    }
    Ok(programs)
}

/// Programs of all whole models.
fn models() -> Result<Vec<Program>> {
    let mut paths = vec![root().join("examples/digits/digits.tflite")];
    let zoo = zoo();
    if zoo.is_dir() {
        let ran = ZOO.lines().filter_map(|line| line.strip_suffix(RAN)).filter(|name| !name.ends_with(PROBE));
        let floats = crate::floats::twins().map(|(float, _)| float);
        paths.extend(ran.chain(floats).map(|name| zoo.join(name).with_extension("tflite")));
    } else {
        eprintln!("NO MODEL OF OTHER PEOPLE IS RUN: there is no folder {}", zoo.display());
        ensure!(std::env::var_os("CI").is_none(), "the models are absent");
    }
    paths.retain(|path| is_chosen(path));
    let usual = paths.iter().map(|path| (path, Optimize::default()));
    let others = paths.iter().flat_map(|path| {
        let name = path.file_stem().unwrap_or_default();
        let others = OTHERS.iter().filter(move |(other, _)| name == *other);
        others.map(move |&(_, optimize)| (path, optimize))
    });
    let all: Vec<_> = usual.chain(others).collect();
    parallel::map(&all, |&(path, optimize)| crate::model::program(path, optimize)).into_iter().collect()
}

/// The operators' cases, with all vectors of each. Those that the compiler does not take yet are left out; the golden
/// tests on the host have their list.
pub(crate) fn cases() -> Result<Vec<Golden>> {
    let mut paths = Vec::new();
    for folder in sorted(&root().join("tests/ops"))? {
        paths.extend(sorted(&folder).unwrap_or_default());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tflite") && is_chosen(path));
    let cases = parallel::map(&paths, |path| cases_of(path)).into_iter().collect::<Result<Vec<_>>>()?;
    let cases: Vec<Golden> = cases.into_iter().flatten().collect();
    ensure!(!cases.is_empty(), "there are no cases");
    Ok(cases)
}

/// None if the compiler does not take the model, two if there are loops for it that it has with `optimize = "speed"`
/// alone.
fn cases_of(path: &Path) -> Result<Vec<Golden>> {
    let file = fs::read(path)?;
    let kernels = |optimize| {
        let (program, _) = analyze_with(&file, &Options { optimize, ..Options::default() }).ok()?;
        let variants = program.calls.into_iter().flat_map(|call| call.variants);
        Some(variants.map(|variant: Variant| variant.kernel).collect::<Vec<_>>())
    };
    let Some(usual) = kernels(Optimize::default()) else { return Ok(Vec::new()) };
    let mut cases = vec![Golden::case(path, Optimize::default())?];
    if kernels(Optimize::Speed) != Some(usual) {
        cases.push(Golden::case(path, Optimize::Speed)?);
    }
    Ok(cases)
}

/// While working on one operator or model, `TINY_MODEL_ONLY=conv_2d,mean` runs those alone, as in the golden tests.
fn is_chosen(path: &Path) -> bool {
    let Ok(only) = std::env::var("TINY_MODEL_ONLY") else { return true };
    only.split(',').any(|part| path.to_string_lossy().contains(&format!("/{part}")))
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
