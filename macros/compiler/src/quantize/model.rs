//! Float models from the file to the integer model that is compiled.

use super::choose::{Choice, Method, fixed_type};
use super::float::{Float, Value, constant, simplify};
use super::measure::{Accuracy, Loss, compare, measure, real_outputs};
use super::observe::Observations;
use super::rewrite::{Groups, Scheme, rewrite};
use super::roles::{Role, role};
use super::samples::{self, Input, Samples};
use super::settings::{Bits, Calibration, Fixed, Sample, Settings, Verification};
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{ElementType, Graph, TensorId};
use crate::import::{Imported, perform, survey};
use crate::program::Program;
use crate::schema::{File, readable};
use std::collections::HashMap;

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
    /// How ranges were found.
    pub method: String,
    /// Whether biases make up for the errors of weights.
    pub corrected: bool,
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

/// Samples that methods are compared on, at most.
const COMPARED: usize = 16;
/// Made-up samples, and their elements at most.
const UNIFORM: usize = 64;
const UNIFORM_ELEMENTS: usize = 1 << 24;
/// No microcontroller computes more in one inference.
const MOST_WORK: u64 = 1 << 32;
/// Multiplications and results that take so long without optimization that it is worth a warning.
const SLOW: u64 = 10_000_000_000;

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
    Ok((Float::new(survey, &draft).map_err(|bug| vec![bug])?, groups))
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
fn inputs(model: &Float<'_>, sample: &Sample) -> Result<Vec<Value>, Diagnostic> {
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

/// Quantizes a float model. `build` makes the program that is measured of a graph.
pub(crate) fn quantize(
    bytes: &[u8],
    settings: &Settings,
    build: &dyn Fn(Graph) -> Result<Program, Vec<Diagnostic>>,
) -> Result<Quantized, Vec<Diagnostic>> {
    let bytes = readable(bytes);
    let file = File::parse(&bytes).map_err(|problem| vec![problem.at(At::Model)])?;
    let ty = match settings.bits {
        Bits::Eight => ElementType::Int8,
        Bits::Sixteen => ElementType::Int16,
    };
    let (mut model, groups) = read(&file, ty)?;
    let refuse = |problem: Problem| vec![problem.at(At::Model)];
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
    let (input_types, output_types) = port_types(&model, &groups, &seen, ty, settings)?;
    let choice = Choice {
        model: &model,
        groups: &groups,
        seen: &seen,
        ty,
        inputs: input_types,
        outputs: output_types,
    };
    let trial = Trial { file: &file, choice: &choice, build };
    let best = trial.best(&samples, &expected)?;
    let program = (trial.build)(trial.rewritten(&best.scheme)?.graph)?;
    let (method, corrected) = (best.method.name(), !best.scheme.corrections.is_empty());
    let given = !matches!(settings.calibration, Calibration::Uniform(..));
    let imported = trial.rewritten(&best.scheme)?;
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
    let facts = Facts { method, corrected, samples, accuracy, verified, losses };
    let macs = program.calls.iter().map(|call| call.macs as u64).fold(0, u64::saturating_add);
    let warning = slow(macs.saturating_mul(facts.accuracy.samples.saturating_add(samples) as u64));
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

fn not_run() -> Vec<Diagnostic> {
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
    let mut refused = Vec::new();
    let mut types = |ids: &[TensorId], wanted: &[Option<Fixed>], always: &HashMap<TensorId, (f32, i32)>| {
        let wanted = wanted.iter().copied().chain(std::iter::repeat(None));
        let mut types = Vec::with_capacity(ids.len());
        for (&id, wanted) in ids.iter().zip(wanted) {
            let tensor = model.graph.tensor(id);
            let known = always.get(&groups.first(id)).and_then(|&meaning| type_of(meaning, bits));
            let best = known.or_else(|| fixed_type(seen.histograms.get(&id)?, bits));
            let problem = wanted.and_then(|wanted| unfit(wanted, tensor.ty, bits));
            if let Some(problem) = problem {
                refused.push(problem.at(At::Tensor { index: id.0, name: tensor.name.clone() }));
            }
            types.push(wanted.or(best).filter(|_| tensor.ty.is_float()));
        }
        types
    };
    let inputs = types(&model.graph.inputs, &settings.inputs, &HashMap::new());
    let always = Choice { model, groups, seen, ty, inputs: Vec::new(), outputs: Vec::new() }.fixed();
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

/// Schemes that are tried out.
struct Trial<'t, 'a> {
    file: &'t File<'a>,
    choice: &'t Choice<'t, 'a>,
    build: &'t dyn Fn(Graph) -> Result<Program, Vec<Diagnostic>>,
}

/// A scheme and what it comes to.
struct Tried {
    method: Method,
    scheme: Scheme,
    sqnr: f64,
}

impl Trial<'_, '_> {
    /// The scheme with the least output error.
    fn best(&self, samples: &[Sample], expected: &[Vec<Vec<f32>>]) -> Result<Tried, Vec<Diagnostic>> {
        let step = samples.len().div_ceil(COMPARED).max(1);
        let some: Vec<Sample> = samples.iter().step_by(step).cloned().collect();
        let expected: Vec<Vec<Vec<f32>>> = expected.iter().step_by(step).cloned().collect();
        let methods: &[Method] = match self.choice.ty {
            ElementType::Int16 => &[Method::MinMax],
            _ => &Method::ALL,
        };
        let mut best: Option<Tried> = None;
        for &method in methods {
            let tried = self.tried(method, self.scheme(method), &some, &expected)?;
            if best.as_ref().is_none_or(|best| tried.sqnr > best.sqnr) {
                best = Some(tried);
            }
        }
        let best = best.ok_or_else(not_run)?;
        let corrections = self.corrections(&best.scheme)?;
        let scheme = Scheme { corrections, ..best.scheme.clone() };
        let corrected = self.tried(best.method, scheme, &some, &expected)?;
        Ok(if corrected.sqnr > best.sqnr { corrected } else { best })
    }

    fn tried(
        &self,
        method: Method,
        scheme: Scheme,
        samples: &[Sample],
        expected: &[Vec<Vec<f32>>],
    ) -> Result<Tried, Vec<Diagnostic>> {
        let program = (self.build)(self.rewritten(&scheme)?.graph)?;
        let accuracy = measure(&program, samples, expected, None).ok_or_else(not_run)?;
        Ok(Tried { method, scheme, sqnr: accuracy.sqnr })
    }

    fn scheme(&self, method: Method) -> Scheme {
        Scheme {
            ty: self.choice.ty,
            meanings: self.choice.meanings(method),
            corrections: HashMap::new(),
            inputs: self.choice.inputs.clone(),
            outputs: self.choice.outputs.clone(),
            draft: false,
        }
    }

    /// The integer model of a scheme.
    fn rewritten(&self, scheme: &Scheme) -> Result<Imported, Vec<Diagnostic>> {
        let Choice { model, groups, .. } = self.choice;
        let operators = model.steps.iter().map(|step| &step.found);
        let script = rewrite(&model.graph, operators, &model.constants, groups, scheme);
        let imported = perform(self.file, script.map_err(|diagnostic| vec![diagnostic])?);
        match imported.errors.is_empty() {
            true => Ok(imported),
            false => Err(imported.errors),
        }
    }

    /// What the errors of weights come to on the mean of what was seen, for each output channel of each operator
    /// with a bias.
    fn corrections(&self, scheme: &Scheme) -> Result<HashMap<usize, Vec<f32>>, Vec<Diagnostic>> {
        let Choice { model, seen, .. } = self.choice;
        let quantized = self.rewritten(scheme)?;
        let mut corrections = HashMap::new();
        for step in &model.steps {
            let found = &step.found;
            let name = found.row.name;
            let bias = (0..found.inputs.len()).find_map(|index| match role(name, index) {
                Role::Bias { input, weights } => Some((input, weights)).filter(|_| index < 4),
                _ => None,
            });
            let Some((input, weights)) = bias.filter(|_| name != "TRANSPOSE_CONV") else { continue };
            let id = |index: usize| found.inputs.get(index).copied().flatten();
            let node =
                quantized.graph.nodes.iter().find(|node| node.index == found.index && node.name == name);
            let integers = node.and_then(|node| node.inputs.get(weights).copied().flatten());
            let exact = id(weights).and_then(|id| model.constants.get(&id)?.real());
            let rounded = integers.and_then(|id| constant(quantized.graph.tensor(id)));
            let shape = integers.map(|id| quantized.graph.tensor(id).shape.clone()).unwrap_or_default();
            let (Some(exact), Some(Value::Real(rounded)), Some(means)) =
                (exact, rounded, id(input).and_then(|id| seen.means.get(&id)))
            else {
                continue;
            };
            let channels = id(input).and_then(|id| model.graph.tensor(id).shape.last().copied()).unwrap_or(1);
            let errors: Vec<f32> = exact.iter().zip(&rounded).map(|(x, y)| x - y).collect();
            corrections
                .insert(found.index, shifts(name, &shape, channels, &errors, &|n| means.of_channels(n)));
        }
        Ok(corrections)
    }
}

/// For each output channel the errors of its weights, weighted by the means of what they are multiplied with.
fn shifts(
    name: &str,
    shape: &[usize],
    channels: usize,
    errors: &[f32],
    means: &dyn Fn(usize) -> Vec<f32>,
) -> Vec<f32> {
    let depth = shape.last().copied().unwrap_or(1).max(1);
    let units = shape.first().copied().unwrap_or(1).max(1);
    if name == "DEPTHWISE_CONV_2D" {
        // The last dimension has the units; each sees one channel.
        let mut sums = vec![0f32; depth];
        for row in errors.chunks_exact(depth) {
            sums.iter_mut().zip(row).for_each(|(sum, error)| *sum += error);
        }
        let repeated = depth.checked_div(channels).unwrap_or(1);
        let means = means(channels).into_iter().flat_map(|mean| std::iter::repeat_n(mean, repeated));
        return sums.iter().zip(means).map(|(sum, mean)| sum * mean).collect();
    }
    let means = means(depth);
    let unit = errors.len().checked_div(units).unwrap_or(1).max(1);
    let sum =
        |errors: &[f32]| errors.iter().zip(means.iter().cycle()).map(|(error, mean)| error * mean).sum();
    errors.chunks_exact(unit).map(sum).collect()
}
