//! Float models from the file to the integer model that is compiled.

use super::choose::{Choice, fixed_type};
use super::equalize::equalize;
use super::float::{Float, Value, constant, simplify};
use super::logits;
use super::measure::{Accuracy, Loss, compare, measure, real_outputs};
use super::observe::Observations;
use super::raise::raise;
use super::rewrite::{Groups, Scheme, rewrite};
use super::samples::{self, Input, Samples};
use super::settings::{Bits, Calibration, Fixed, Sample, Settings, Verification};
use super::trial::{Known, Trial};
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{ElementType, Graph, TensorId};
use crate::import::{Imported, perform, survey};
use crate::layout::Layout;
use crate::program::Program;
use crate::schema::{File, readable};
use std::collections::{BTreeSet, HashMap};

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

/// Operators that are named, at most.
const NAMED: usize = 3;

/// Made-up samples, and their elements at most.
const UNIFORM: usize = 64;
const UNIFORM_ELEMENTS: usize = 1 << 24;
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

/// One sample as the model's inputs.
pub(super) fn inputs(model: &Float<'_>, sample: &Sample) -> Result<Vec<Value>, Diagnostic> {
    let tensors: Vec<_> = model.graph.inputs.iter().map(|&id| model.graph.tensor(id)).collect();
    let sizes: Vec<usize> = tensors.iter().map(|tensor| tensor.elements()).collect();
    if !sizes.iter().copied().eq(sample.iter().map(Vec::len)) {
        return Err(Diagnostic::bug("a sample of another size than the inputs"));
    }
    if sample.iter().flatten().any(|x| !x.is_finite()) {
        let problem = Problem::new(
            "a sample with values that are not finite",
            "ranges are measured on samples, and these have no end",
            "leave out samples with NaN and infinity",
        );
        return Err(problem.at(At::Model));
    }
    let value = |(tensor, values): (&&crate::graph::Tensor, &Vec<f32>)| match tensor.ty.is_float() {
        true => Value::Real(values.clone()),
        false => Value::Whole(values.iter().map(|&x| x as i32).collect()),
    };
    Ok(tensors.iter().zip(sample).map(value).collect())
}

/// Makes the program of a graph that the device gets, and its memory plan.
pub(crate) type Whole<'w> = &'w dyn Fn(Graph) -> Result<(Program, Layout), Vec<Diagnostic>>;

/// A trial of what is known.
fn trial<'t, 'a>(
    file: &'t File<'a>,
    (model, groups, seen): (&'t Float<'a>, &'t Groups, &'t Observations),
    ty: ElementType,
    (inputs, outputs, wide): (&[Option<Fixed>], &[Option<Fixed>], &BTreeSet<TensorId>),
    build: &'t dyn Fn(Graph) -> Result<Program, Vec<Diagnostic>>,
    known: &Known,
) -> Trial<'t, 'a> {
    let (inputs, outputs, wide) = (inputs.to_vec(), outputs.to_vec(), wide.clone());
    Trial::new(file, Choice { model, groups, seen, ty, inputs, outputs, wide }, build, known)
}

/// Groups of inputs and outputs that callers want to have 16 bits, where others have 8.
fn wide_ports(
    model: &Float<'_>,
    groups: &Groups,
    ty: ElementType,
    (inputs, outputs): (&[Option<Fixed>], &[Option<Fixed>]),
) -> BTreeSet<TensorId> {
    let ids = model.graph.inputs.iter().chain(&model.graph.outputs);
    let wide = ids
        .zip(inputs.iter().chain(outputs))
        .filter(|(_, fixed)| ty != ElementType::Int16 && fixed.is_some_and(|fixed| fixed.bits == 16));
    let mut wide: BTreeSet<TensorId> = wide.map(|(&id, _)| groups.first(id)).collect();
    // An LSTM computes in what it keeps, so that all of it has the same bits.
    let steps = model.steps.iter().map(|step| &step.found);
    let lstms = steps.filter(|found| found.row.name == "UNIDIRECTIONAL_SEQUENCE_LSTM");
    let ports = lstms.map(|found| {
        let input = found.inputs.first().copied().flatten();
        input.into_iter().chain(found.outputs.iter().copied()).map(|id| groups.first(id)).collect::<Vec<_>>()
    });
    let ports: Vec<Vec<TensorId>> = ports.collect();
    for _ in &ports {
        for own in &ports {
            if own.iter().any(|id| wide.contains(id)) {
                wide.extend(own);
            }
        }
    }
    wide
}

/// Quantizes a float model. `build` makes the program that is measured of a graph.
pub(crate) fn quantize(
    bytes: &[u8],
    settings: &Settings,
    build: &dyn Fn(Graph) -> Result<Program, Vec<Diagnostic>>,
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
    let verification = match &settings.verification {
        Verification::Same => None,
        Verification::Samples(samples, labels) => {
            Some(Samples { samples: samples.clone(), labels: labels.clone() })
        }
        Verification::Files(files) => Some(samples::read(files, &ports(&model)).map_err(refuse)?),
    };
    let mut seen = Observations::default();
    let expected = observe(&mut model, &samples, &mut seen).map_err(|diagnostic| vec![diagnostic])?;
    let (inputs, outputs) = port_types(&model, &groups, &seen, ty, settings)?;
    let wide = wide_ports(&model, &groups, ty, (&inputs, &outputs));
    let known = Known { samples, expected };
    let given = !matches!(settings.calibration, Calibration::Uniform(..));
    let mut best =
        trial(&file, (&model, &groups, &seen), ty, (&inputs, &outputs, &wide), build, &known).best()?;
    let plain = equalize(&mut model, &seen);
    let mut equalized = plain.is_some();
    if let Some(plain) = plain {
        let ports = (inputs.as_slice(), outputs.as_slice(), &wide);
        let compared = known.compared(&model);
        let mut again = |samples: &[Sample]| {
            let mut others = Observations::default();
            observe(&mut model, samples, &mut others).map_err(|diagnostic| vec![diagnostic])?;
            let trial = trial(&file, (&model, &groups, &others), ty, ports, build, &known);
            Ok::<_, Vec<Diagnostic>>((trial.again(&best)?, others))
        };
        // Ranges that come from what is compared look better than they are: what is worse even so needs no other look.
        let (mut other, mut others) = again(&compared.samples)?;
        if other.sqnr > best.sqnr {
            (other, others) = again(&known.samples)?;
        }
        equalized = other.sqnr > best.sqnr;
        match equalized {
            true => (best, seen) = (other, others),
            false => model.constants = plain,
        }
    }
    let trial = trial(&file, (&model, &groups, &seen), ty, (&inputs, &outputs, &wide), build, &known);
    // Where activations have 8 bits, their errors hide part of what fitted weights gain, so that only small models are
    // worth the time; made-up samples tell nothing of others.
    let fits = given && (ty == ElementType::Int16 || model.is_small());
    let fitted = if fits { trial.fitted(&best)? } else { None };
    let mut raised = match settings.bits {
        Bits::Auto => raise(&trial, &mut best, settings.limits, whole),
        _ => Vec::new(),
    };
    // Raising single layers keeps no fits, and has to be worth more than these are.
    if let Some(fitted) = fitted.filter(|fitted| raised.is_empty() || fitted.sqnr > best.sqnr) {
        best = fitted;
        raised.clear();
    }
    let imported = trial.rewritten(&best.scheme)?;
    let program = build(trial.rewritten(&best.scheme)?.graph)?;
    let Known { samples, expected } = known;
    let (method, corrected) = (best.method.name(), !best.scheme.corrections.is_empty());
    let fitted = !best.scheme.fitted.is_empty();
    let verified = verification.is_some();
    let first = samples.first().filter(|_| given).cloned();
    let accuracy = match &verification {
        None => measure(&program, &samples, &expected, labels.as_deref()),
        Some(verification) => {
            let expected = observe(&mut model, &verification.samples, &mut Observations::default());
            let expected = expected.map_err(|diagnostic| vec![diagnostic])?;
            measure(&program, &verification.samples, &expected, verification.labels.as_deref())
        }
    };
    let accuracy = accuracy.ok_or_else(not_run)?;
    let samples = if given { samples.len() } else { 0 };
    let losses = match first {
        Some(sample) => losses(&mut model, &program, &imported.graph, &sample).map_err(|bug| vec![bug])?,
        None => Vec::new(),
    };
    let bits = settings.bits;
    let facts =
        Facts { bits, method, corrected, fitted, equalized, raised, samples, accuracy, verified, losses };
    let macs = program.calls.iter().map(|call| call.macs as u64).fold(0, u64::saturating_add);
    // Every sample is seen twice, and some of them are run with each way to quantize.
    let runs = samples.saturating_mul(2).saturating_add(facts.accuracy.samples).saturating_add(RUNS);
    let warning = slow(macs.saturating_mul(runs as u64));
    Ok(Quantized { imported, facts, warning })
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

/// The inputs that samples are for.
fn ports(model: &Float<'_>) -> Vec<Input> {
    let input = |&id: &TensorId| {
        let tensor = model.graph.tensor(id);
        Input { name: tensor.name.clone(), shape: tensor.shape.clone() }
    };
    model.graph.inputs.iter().map(input).collect()
}

/// The samples to calibrate with.
fn samples(model: &Float<'_>, calibration: &Calibration) -> Result<Samples, Problem> {
    let sizes = model.graph.inputs.iter().map(|&id| model.graph.tensor(id).elements());
    let samples = match calibration {
        Calibration::Samples(samples) => samples.clone(),
        Calibration::Files(files) => {
            let found = samples::read(files, &ports(model))?;
            return if found.samples.is_empty() { Err(none()) } else { Ok(found) };
        }
        &Calibration::Uniform(low, high) => {
            let sizes: Vec<usize> = sizes.collect();
            let mut random = Random(0x9e37_79b9_7f4a_7c15);
            let mut sample = || -> Sample {
                sizes.iter().map(|&len| (0..len).map(|_| random.between(low, high)).collect()).collect()
            };
            let elements = sizes.iter().copied().fold(0, usize::saturating_add).max(1);
            let count = UNIFORM_ELEMENTS.checked_div(elements).unwrap_or(0).clamp(1, UNIFORM);
            (0..count).map(|_| sample()).collect()
        }
        Calibration::None => Vec::new(),
    };
    match samples.is_empty() {
        false => Ok(Samples { samples, labels: None }),
        true => Err(none()),
    }
}

fn none() -> Problem {
    Problem::new("no samples to calibrate with", super::WHY_CALIBRATE, super::CALIBRATE)
}

/// Operators whose output is noisier than what they read, on one sample.
fn losses(
    model: &mut Float<'_>,
    program: &Program,
    graph: &Graph,
    sample: &Sample,
) -> Result<Vec<Loss>, Diagnostic> {
    let mut values: HashMap<TensorId, Vec<f32>> = HashMap::new();
    model.reset();
    let inputs = inputs(model, sample)?;
    model.run(inputs, &mut |id, value| {
        if let Some(values_of) = value.real() {
            values.insert(id, values_of.to_vec());
        }
    })?;
    let output = |step: &super::float::Step<'_>| step.found.outputs.first().copied();
    let written = model.steps.iter().filter_map(|step| Some((step.found.index, output(step)?)));
    let written: HashMap<usize, TensorId> = written.collect();
    let exact = written.iter().filter_map(|(&index, id)| Some((index, values.get(id)?.clone())));
    let Some(ratios) = compare(program, graph, sample, &exact.collect()) else { return Ok(Vec::new()) };
    let of_tensor: HashMap<TensorId, f64> =
        written.iter().filter_map(|(index, &id)| Some((id, *ratios.get(index)?))).collect();
    let mut losses: Vec<Loss> = Vec::new();
    for step in &model.steps {
        let Some(&after) = ratios.get(&step.found.index) else { continue };
        let read = step.found.inputs.iter().flatten().filter_map(|id| of_tensor.get(id).copied());
        let before = read.fold(f64::INFINITY, f64::min);
        if before.is_finite() && after < before {
            let name = output(step).map(|id| model.graph.tensor(id).name.clone()).unwrap_or_default();
            let at =
                At::Operator { index: step.found.index, name: step.found.row.name.to_owned(), output: name };
            losses.push(Loss { at, before, after });
        }
    }
    losses.sort_by(|a, b| (b.before - b.after).total_cmp(&(a.before - a.after)));
    losses.truncate(NAMED);
    Ok(losses)
}

/// Numbers that look random and are the same everywhere.
struct Random(u64);

impl Random {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let share = (self.0 >> 40) as f32 / (1u32 << 24) as f32;
        low + (high - low) * share
    }
}

/// Runs the float model on all samples, and remembers what every tensor held.
fn observe(
    model: &mut Float<'_>,
    samples: &[Sample],
    seen: &mut Observations,
) -> Result<Vec<Vec<Vec<f32>>>, Diagnostic> {
    let mut outputs = Vec::with_capacity(samples.len());
    seen.keep(logits::read(model));
    for sample in samples {
        model.reset();
        let inputs = inputs(model, sample)?;
        outputs.push(real_outputs(model.run(inputs, &mut |id, value| seen.add(id, value))?));
    }
    if let Some(&id) = seen.not_finite.first() {
        let problem = Problem::new(
            "values that are not finite",
            "the float model itself overflows on the samples of the calibration",
            "see to it that samples are scaled as in training",
        );
        let name = model.graph.tensor(id).name.clone();
        return Err(problem.at(At::Tensor { index: id.0, name }));
    }
    Ok(outputs)
}

/// Types of all inputs and of all outputs.
type PortTypes = (Vec<Option<Fixed>>, Vec<Option<Fixed>>);

/// The types of inputs and outputs: those that the user has chosen, or those that fit best.
fn port_types(
    model: &Float<'_>,
    groups: &Groups,
    seen: &Observations,
    ty: ElementType,
    settings: &Settings,
) -> Result<PortTypes, Vec<Diagnostic>> {
    let bits = if ty == ElementType::Int16 { 16 } else { 8 };
    let is_auto = settings.bits == Bits::Auto;
    let mut refused = Vec::new();
    let mut types = |ids: &[TensorId], wanted: &[Option<Fixed>], always: &HashMap<TensorId, (f32, i32)>| {
        let wanted = wanted.iter().copied().chain(std::iter::repeat(None));
        let mut types = Vec::with_capacity(ids.len());
        for (&id, wanted) in ids.iter().zip(wanted) {
            let tensor = model.graph.tensor(id);
            let known = always.get(&groups.first(id)).and_then(|&meaning| type_of(meaning, bits));
            let best = known.or_else(|| fixed_type(seen.histograms.get(&id)?, bits));
            let bits = wanted.map_or(bits, |wanted| if is_auto { wanted.bits } else { bits });
            let problem = wanted.and_then(|wanted| unfit(wanted, tensor.ty, bits));
            if let Some(problem) = problem {
                refused.push(problem.at(At::Tensor { index: id.0, name: tensor.name.clone() }));
            }
            types.push(wanted.or(best).filter(|_| tensor.ty.is_float()));
        }
        types
    };
    let inputs = types(&model.graph.inputs, &settings.inputs, &HashMap::new());
    let (no_inputs, no_outputs, wide) = (Vec::new(), Vec::new(), BTreeSet::new());
    let choice = Choice { model, groups, seen, ty, inputs: no_inputs, outputs: no_outputs, wide };
    let always = choice.fixed(&BTreeSet::new());
    let outputs = types(&model.graph.outputs, &settings.outputs, &always);
    if refused.is_empty() { Ok((inputs, outputs)) } else { Err(refused) }
}

/// The type that has a meaning, if there is one.
fn type_of((scale, zero_point): (f32, i32), bits: u32) -> Option<Fixed> {
    let signed = zero_point == 0;
    let types = (0..=bits).map(|fraction| Fixed { signed, bits, fraction });
    types.into_iter().find(|&ty| super::choose::meaning_of(ty) == (scale, zero_point))
}

/// Why a tensor cannot have a type.
fn unfit(ty: Fixed, found: ElementType, bits: u32) -> Option<Problem> {
    if !found.is_float() {
        return Some(Problem::new(
            format!("type {ty} for a tensor of {found}"),
            "it holds integers that count, which no scale belongs to",
            "leave the type out",
        ));
    }
    if ty.bits != bits {
        return Some(Problem::new(
            format!("type {ty} of {} bits", ty.bits),
            format!("activations of this model have {bits}"),
            "write a type with as many bits as `bits = …;` says, 8 if it is not there",
        ));
    }
    (bits == 16 && !ty.signed).then(|| {
        Problem::new(
            format!("type {ty} without negative numbers"),
            "16-bit activations are signed",
            format!("write `I{}F{}`", ty.bits.saturating_sub(ty.fraction), ty.fraction),
        )
    })
}
