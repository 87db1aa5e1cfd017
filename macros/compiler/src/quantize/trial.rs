//! Schemes for the integers of a float model are tried out with the kernels of the device, and the nearest is kept.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::calibrate::inputs;
use super::choose::{Choice, Method};
use super::fit::{Fitted, Lesson, fit};
use super::float::{Float, Value, constant};
use super::measure::measure;
use super::model::not_run;
use super::rewrite::{Scheme, bias_of, rewrite};
use super::roles::{Role, role};
use super::settings::Sample;
use crate::diagnostics::Diagnostic;
use crate::graph::{ElementType, Graph, TensorId};
use crate::import::{Imported, perform};
use crate::program::Program;
use crate::schema::File;
use std::collections::{BTreeSet, HashMap};

/// Samples that schemes are compared on, at most.
const COMPARED: usize = 16;
/// The same for small models, of which a look at more samples takes no time: a few that lie between classes decide else.
const MORE_COMPARED: usize = 64;
/// Samples that weights are fitted to, at most.
const FITTED: usize = 40;
/// One of so many is held out.
const HELD_OUT: usize = 3;
/// Fewer samples tell nothing of others.
const LEAST_LESSONS: usize = 8;
/// Elements of the largest tensor that all of these have together, at most.
const ELEMENTS: usize = 1 << 24;

/// Samples, and the outputs of the float model.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub(crate) samples: Vec<Sample>,
    pub(crate) expected: Vec<Vec<Vec<f32>>>,
}

impl Known {
    /// What schemes are compared on.
    pub(crate) fn compared(&self, model: &Float<'_>) -> Self {
        self.some(if model.is_small() { MORE_COMPARED } else { COMPARED })
    }

    /// At most so many, from all over.
    fn some(&self, most: usize) -> Self {
        self.every(self.samples.len().div_ceil(most).max(1))
    }

    /// The first of each so many.
    fn every(&self, step: usize) -> Self {
        Self {
            samples: self.samples.iter().step_by(step).cloned().collect(),
            expected: self.expected.iter().step_by(step).cloned().collect(),
        }
    }
}

/// How a scheme becomes a program that can be measured.
pub(crate) struct Trial<'t, 'a> {
    file: &'t File<'a>,
    pub(crate) choice: Choice<'t, 'a>,
    build: &'t dyn Fn(Graph) -> Result<Program, Vec<Diagnostic>>,
    /// What schemes are compared on.
    compared: Known,
    /// What weights are fitted to.
    lessons: Known,
}

/// A scheme and what it comes to.
#[derive(Clone)]
pub(crate) struct Tried {
    pub(crate) method: Method,
    pub(crate) scheme: Scheme,
    pub(crate) sqnr: f64,
}

impl<'t, 'a> Trial<'t, 'a> {
    /// On some of the samples of a calibration.
    pub(crate) fn new(
        file: &'t File<'a>,
        choice: Choice<'t, 'a>,
        build: &'t dyn Fn(Graph) -> Result<Program, Vec<Diagnostic>>,
        known: &Known,
    ) -> Self {
        let largest = choice.model.steps.iter().flat_map(|step| &step.found.outputs);
        let largest = largest.map(|&id| choice.model.graph.tensor(id).elements()).max().unwrap_or(1);
        let most = ELEMENTS.checked_div(largest).unwrap_or(FITTED).clamp(1, FITTED);
        let (compared, lessons) = (known.compared(choice.model), known.some(most));
        Self { file, choice, build, compared, lessons }
    }

    /// The scheme with the least output error.
    pub(crate) fn best(&self) -> Result<Tried, Vec<Diagnostic>> {
        let methods: &[Method] = match self.choice.ty {
            ElementType::Int16 => &[Method::MinMax],
            _ => &Method::ALL,
        };
        let mut best: Option<Tried> = None;
        for &method in methods {
            keep(&mut best, self.tried(method, self.scheme(method, &self.choice.wide))?);
        }
        let plain = best.clone().ok_or_else(not_run)?;
        let corrections = self.corrections(&plain.scheme)?;
        keep(&mut best, self.tried(plain.method, Scheme { corrections, ..plain.scheme.clone() })?);
        best.ok_or_else(not_run)
    }

    /// The same way on this model, which may be of other constants.
    pub(crate) fn again(&self, tried: &Tried) -> Result<Tried, Vec<Diagnostic>> {
        let mut scheme = self.scheme(tried.method, &tried.scheme.wide);
        if !tried.scheme.corrections.is_empty() {
            scheme.corrections = self.corrections(&scheme)?;
        }
        self.tried(tried.method, scheme)
    }

    /// The same scheme with weights that are fitted to samples, if that holds for samples that were held out; then to
    /// all of them.
    pub(crate) fn fitted(&self, tried: &Tried) -> Result<Option<Tried>, Vec<Diagnostic>> {
        let Choice { model, groups, .. } = self.choice;
        let lessons = self.lessons.samples.iter().enumerate().map(|(at, sample)| {
            Ok(Lesson { inputs: inputs(model, sample)?, held_out: at.is_multiple_of(HELD_OUT) })
        });
        let lessons: Vec<Lesson> = lessons.collect::<Result<_, Diagnostic>>().map_err(|bug| vec![bug])?;
        if lessons.len() < LEAST_LESSONS {
            return Ok(None);
        }
        let held_out = self.lessons.every(HELD_OUT);
        let scheme = |fitted| Scheme { corrections: HashMap::new(), fitted, ..tried.scheme.clone() };
        let fit = |known: Option<&HashMap<usize, Fitted>>| {
            fit(model, groups, &tried.scheme, &lessons, known).map_err(|bug| vec![bug])
        };
        let by_others = fit(None)?;
        if self.sqnr(&scheme(by_others.clone()), &held_out)? <= self.sqnr(&tried.scheme, &held_out)? {
            return Ok(None);
        }
        self.tried(tried.method, scheme(fit(Some(&by_others))?)).map(Some)
    }

    /// Measures a scheme.
    pub(crate) fn tried(&self, method: Method, scheme: Scheme) -> Result<Tried, Vec<Diagnostic>> {
        let sqnr = self.sqnr(&scheme, &self.compared)?;
        Ok(Tried { method, scheme, sqnr })
    }

    /// How near a scheme is on samples.
    fn sqnr(&self, scheme: &Scheme, known: &Known) -> Result<f64, Vec<Diagnostic>> {
        let program = (self.build)(self.rewritten(scheme)?.graph)?;
        let accuracy = measure(&program, &known.samples, &known.expected, None).ok_or_else(not_run)?;
        Ok(accuracy.sqnr)
    }

    /// A scheme by a method, with 16 bits for these groups.
    pub(crate) fn scheme(&self, method: Method, wide: &BTreeSet<TensorId>) -> Scheme {
        Scheme {
            ty: self.choice.ty,
            wide: wide.clone(),
            meanings: self.choice.meanings(method, wide),
            corrections: HashMap::new(),
            fitted: HashMap::new(),
            inputs: self.choice.inputs.clone(),
            outputs: self.choice.outputs.clone(),
            draft: false,
        }
    }

    /// The integer model of a scheme.
    pub(crate) fn rewritten(&self, scheme: &Scheme) -> Result<Imported, Vec<Diagnostic>> {
        let Choice { model, groups, ty, .. } = self.choice;
        let operators = model.steps.iter().map(|step| &step.found);
        let script = rewrite(&model.graph, operators, &model.constants, groups, scheme);
        let mut imported = perform(self.file, script.map_err(|diagnostic| vec![diagnostic])?);
        if !imported.errors.is_empty() {
            return Err(imported.errors);
        }
        let raised = model.steps.iter().filter(|step| {
            ty != ElementType::Int16
                && scheme.computes_in(&model.graph, groups, &step.found) == ElementType::Int16
        });
        let raised: BTreeSet<usize> = raised.map(|step| step.found.index).collect();
        let nodes = imported.graph.nodes.iter_mut().filter(|node| raised.contains(&node.index));
        nodes.for_each(|node| node.notes.push("16-bit activations".to_owned()));
        Ok(imported)
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
            let bias = bias_of(found).map(|index| role(name, index)).filter(|_| name != "TRANSPOSE_CONV");
            let Some(Role::Bias { input, weights }) = bias else { continue };
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

/// Keeps the nearer of two.
fn keep(best: &mut Option<Tried>, tried: Tried) {
    if best.as_ref().is_none_or(|best| tried.sqnr > best.sqnr) {
        *best = Some(tried);
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
