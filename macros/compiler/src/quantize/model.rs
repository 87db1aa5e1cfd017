//! Float models from the file to the integer model that is compiled.

use super::calibrate::{inputs, observe, ports, samples};
use super::float::{Float, constant, simplify};
use super::measure::{Accuracy, Loss, measure, real_outputs};
use super::observe::Observations;
use super::ports::{port_types, wide_ports};
use super::rewrite::{Groups, Scheme, rewrite};
use super::samples::{self, Samples};
use super::settings::{Bits, Calibration, Sample, Settings, Verification};
use super::task::Task;
use super::trial::Known;
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{ElementType, Graph, TensorId};
use crate::import::{Imported, perform, survey};
use crate::layout::Layout;
use crate::program::Program;
use crate::schema::{File, readable};

/// A model that was quantized.
pub(crate) struct Quantized {
    pub(crate) imported: Imported,
    pub(crate) facts: Facts,
    /// What is worth knowing of it.
    pub(crate) warning: Option<Diagnostic>,
}

/// What there is to say about how a model was quantized.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Bits of activations, as they were wanted.
    pub bits: Bits,
    /// How ranges were found.
    pub method: String,
    /// Whether biases make up for the errors of weights.
    pub corrected: bool,
    /// Whether weights make up for each other's errors on samples.
    pub fitted: bool,
    /// Whether ranges of channels were brought nearer to each other.
    pub equalized: bool,
    /// The operators whose outputs have 16 bits where others have 8.
    pub raised: Vec<At>,
    /// Samples of the calibration; 0 if there were none but made-up ones.
    pub samples: usize,
    /// What was measured.
    pub accuracy: Accuracy,
    /// Whether that was on samples of its own.
    pub verified: bool,
    /// The operators that lose most, the worst first.
    pub losses: Vec<Loss>,
}

/// No microcontroller computes more in one inference.
const MOST_WORK: u64 = 1 << 32;
/// Multiplications and results that take so long without optimization that it is worth a warning.
const SLOW: u64 = 10_000_000_000;
/// Inferences that comparing ways to quantize is worth.
const RUNS: usize = 500;

/// Reads a float model: all that is wrong with it is said.
pub(crate) fn read<'a>(file: &File<'a>, ty: ElementType) -> Result<(Float<'a>, Groups), Vec<Diagnostic>> {
    let mut survey = survey(file)?;
    let refused = simplify(&mut survey);
    if !refused.is_empty() {
        return Err(refused);
    }
    let constants = (0..).map(TensorId).zip(&survey.graph.tensors);
    let constants = constants.filter_map(|(id, tensor)| Some((id, constant(tensor)?))).collect();
    let groups = Groups::of(&survey.graph, survey.operators.iter());
    let draft = rewrite(&survey.graph, survey.operators.iter(), &constants, &groups, &Scheme::draft(ty));
    let draft = perform(file, draft.map_err(|bug| vec![bug])?);
    if !draft.errors.is_empty() {
        return Err(draft.errors);
    }
    let program = crate::lower::lower(&draft.graph).map_err(|bug| vec![bug.diagnostic()])?;
    let calls = program.calls.iter().map(|call| call.macs).fold(0, usize::saturating_add);
    let elements = |found: &crate::import::Found<'_>| {
        found.outputs.iter().map(|&id| survey.graph.tensor(id).elements()).fold(0, usize::saturating_add)
    };
    let work = survey.operators.iter().map(elements).fold(calls, usize::saturating_add);
    if work as u64 > MOST_WORK {
        let problem = Problem::new(
            format!("one inference takes {work} multiplications and results"),
            format!("the limit for models that are run while compiling is {MOST_WORK}"),
            "use a smaller model, or convert with full integer quantization",
        );
        return Err(vec![problem.at(At::Model)]);
    }
    let mut model = Float::new(survey, &draft).map_err(|bug| vec![bug])?;
    model.fold_affine();
    model.work = work;
    Ok((model, groups))
}

/// Runs a float model on samples, one after the other as one sequence.
pub(crate) fn run(bytes: &[u8], samples: &[Sample]) -> Result<Vec<Vec<Vec<f32>>>, Vec<Diagnostic>> {
    let bytes = readable(bytes);
    let file = File::parse(&bytes).map_err(|problem| vec![problem.at(At::Model)])?;
    let (mut model, _) = read(&file, ElementType::Int8)?;
    let outputs = samples.iter().map(|sample| {
        let inputs = inputs(&model, sample)?;
        Ok(real_outputs(model.run(inputs, &mut |_, _| ())?))
    });
    outputs.collect::<Result<_, Diagnostic>>().map_err(|diagnostic| vec![diagnostic])
}

/// Makes the program of a graph that is measured.
pub(crate) type Build<'b> = &'b dyn Fn(Graph) -> Result<Program, Vec<Diagnostic>>;

/// Makes the program of a graph that the device gets, and its memory plan.
pub(crate) type Whole<'w> = &'w dyn Fn(Graph) -> Result<(Program, Layout), Vec<Diagnostic>>;

/// Quantizes a float model. `build` makes the program that is measured of a graph.
pub(crate) fn quantize(
    bytes: &[u8],
    settings: &Settings,
    build: Build<'_>,
    whole: Whole<'_>,
) -> Result<Quantized, Vec<Diagnostic>> {
    let bytes = readable(bytes);
    let file = File::parse(&bytes).map_err(|problem| vec![problem.at(At::Model)])?;
    let ty = match settings.bits {
        Bits::Eight | Bits::Auto => ElementType::Int8,
        Bits::Sixteen => ElementType::Int16,
    };
    let (mut model, groups) = read(&file, ty)?;
    let refuse = |problem: Problem| vec![problem.at(At::Model)];
    if settings.bits == Bits::Auto {
        settings.limits.check().map_err(refuse)?;
    }
    let Samples { samples, labels } = samples(&model, &settings.calibration).map_err(refuse)?;
    let verification = verification(&model, settings).map_err(refuse)?;
    let mut seen = Observations::default();
    let expected = observe(&mut model, &samples, &mut seen).map_err(|diagnostic| vec![diagnostic])?;
    let (inputs, outputs) = port_types(&model, &groups, &seen, ty, settings)?;
    let wide = wide_ports(&model, &groups, ty, (&inputs, &outputs));
    let known = Known { samples, expected };
    let given = !matches!(settings.calibration, Calibration::Uniform(..));
    let task = Task { file: &file, groups: &groups, ty, inputs, outputs, wide, build, known, given };

    let mut best = task.trial(&model, &seen).best()?;
    let equalized = task.equalize(&mut model, &mut seen, &mut best)?;
    let trial = task.trial(&model, &seen);
    let raised = task.refine(&trial, &mut best, settings, whole)?;
    let imported = trial.rewritten(&best.scheme)?;
    let program = build(trial.rewritten(&best.scheme)?.graph)?;
    let facts = Facts {
        bits: settings.bits,
        method: best.method.name(),
        corrected: !best.scheme.corrections.is_empty(),
        fitted: !best.scheme.fitted.is_empty(),
        equalized,
        raised,
        samples: if given { task.known.samples.len() } else { 0 },
        accuracy: accuracy(&mut model, &program, (&task.known, labels.as_deref()), verification.as_ref())?,
        verified: verification.is_some(),
        losses: task.losses(&mut model, &program, &imported.graph)?,
    };
    let macs = program.calls.iter().map(|call| call.macs as u64).fold(0, u64::saturating_add);
    // Every sample is seen twice, and some of them are run with each way to quantize.
    let runs = facts.samples.saturating_mul(2).saturating_add(facts.accuracy.samples).saturating_add(RUNS);
    let warning = slow(macs.saturating_mul(runs as u64));
    Ok(Quantized { imported, facts, warning })
}

/// Samples of their own to measure on, if there are some.
fn verification(model: &Float<'_>, settings: &Settings) -> Result<Option<Samples>, Problem> {
    match &settings.verification {
        Verification::Same => Ok(None),
        Verification::Samples(samples, labels) => {
            Ok(Some(Samples { samples: samples.clone(), labels: labels.clone() }))
        }
        Verification::Files(files) => samples::read(files, &ports(model)).map(Some),
    }
}

/// How near the program is to the float model, on these samples or else on those of the calibration.
fn accuracy(
    model: &mut Float<'_>,
    program: &Program,
    (known, labels): (&Known, Option<&[usize]>),
    verification: Option<&Samples>,
) -> Result<Accuracy, Vec<Diagnostic>> {
    let accuracy = match verification {
        None => measure(program, &known.samples, &known.expected, labels),
        Some(Samples { samples, labels }) => {
            let expected = observe(model, samples, &mut Observations::default());
            let expected = expected.map_err(|diagnostic| vec![diagnostic])?;
            measure(program, samples, &expected, labels.as_deref())
        }
    };
    accuracy.ok_or_else(not_run)
}

/// Says what makes calibration quick, if it takes long.
fn slow(work: u64) -> Option<Diagnostic> {
    let plain = env!("TINY_MODEL_OPT_LEVEL") == "0";
    (plain && work > SLOW).then(|| Diagnostic {
        at: At::Model,
        what: "its quantization takes long".to_owned(),
        why: "macros are built without optimization unless Cargo.toml says otherwise".to_owned(),
        fix: "write `opt-level = 2` under `[profile.dev.build-override]`".to_owned(),
        raised: std::panic::Location::caller(),
    })
}

pub(super) fn not_run() -> Vec<Diagnostic> {
    vec![Diagnostic::bug("the quantized model cannot be run on the host")]
}
