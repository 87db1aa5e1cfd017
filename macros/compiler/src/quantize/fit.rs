//! Weights and biases that make up for each other's rounding: each operator's are chosen so that its outputs on
//! samples, computed from what the operators before it really give, are near those of the float model.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::{Float, Products, Step, Value, dot};
use super::lattice::{self, Metric};
use super::rewrite::{Groups, Scheme, bias_of};
use super::roles::{Role, role};
use super::scales;
use crate::diagnostics::Diagnostic;
use crate::graph::TensorId;
use std::collections::HashMap;

/// Operators whose units have more weights keep them rounded one by one.
const MOST_INPUTS: usize = 1024;
/// Multiplications that the weights of one operator may take.
const WORK: usize = 200_000_000;
/// Rows that are worth looking at, at most and for each weight of a unit.
const MOST_ROWS: usize = 4096;
const LEAST_ROWS: usize = 2;
/// How far samples are trusted: of these, each operator gets what holds best for samples that were held out.
const DAMPINGS: [f32; 6] = [1.0, 0.3, 0.1, 0.01, 1e-3, 1e-4];

/// Weights of an operator, and biases that belong to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fitted {
    /// The scale of each unit.
    pub(crate) scales: Vec<f32>,
    /// In the order of the file.
    pub(crate) integers: Vec<i8>,
    pub(crate) biases: Option<Vec<f32>>,
    /// By which of the dampings; none if weights were rounded one by one.
    damping: Option<f32>,
}

/// A sample to fit weights to.
pub(crate) struct Lesson {
    pub(crate) inputs: Vec<Value>,
    /// Whether it only tells how far the others are to be trusted.
    pub(crate) held_out: bool,
}

/// The values of the tensors of one sample.
type Values = HashMap<TensorId, Value>;

/// Fits the weights of all operators, one after the other, for activations as a scheme has them. `known` has what was
/// found with some samples held out; then all of them count.
pub(crate) fn fit(
    model: &Float<'_>,
    groups: &Groups,
    scheme: &Scheme,
    lessons: &[Lesson],
    known: Option<&HashMap<usize, Fitted>>,
) -> Result<HashMap<usize, Fitted>, Diagnostic> {
    let rounded = |id: TensorId, value: Value| match value {
        Value::Real(values) => Value::Real(scheme.rounded(groups, id, values)),
        whole => whole,
    };
    let start = |lesson: &Lesson| -> Values {
        model.graph.inputs.iter().copied().zip(lesson.inputs.iter().cloned()).collect()
    };
    let mut exact: Vec<Values> = lessons.iter().map(start).collect();
    let mut found: Vec<Values> = exact.clone();
    for values in &mut found {
        for &id in &model.graph.inputs {
            if let Some(value) = values.remove(&id) {
                values.insert(id, rounded(id, value));
            }
        }
    }
    let mut all = HashMap::new();
    for (at, step) in model.steps.iter().enumerate() {
        let damping = known.map(|known| known.get(&step.found.index).and_then(|fitted| fitted.damping));
        let fitted = Fitting::of(model, step, lessons, &exact, &found);
        let fitted = fitted.and_then(|fitting| match damping {
            Some(damping) => {
                fitting.fitted(&fitting.moments(&|_| true), damping, scales::count(fitting.products))
            }
            None => fitting.best(),
        });
        let own = fitted.as_ref().map(|fitted| constants(step, fitted)).unwrap_or_default();
        for values in &mut exact {
            let outputs = model.outputs(step, values)?;
            values.extend(step.found.outputs.iter().copied().zip(outputs));
            model.forget(at, values);
        }
        for values in &mut found {
            values.extend(own.iter().cloned());
            let outputs = model.outputs(step, values)?;
            for (&id, value) in step.found.outputs.iter().zip(outputs) {
                values.insert(id, rounded(id, value));
            }
            own.iter().for_each(|(id, _)| _ = values.remove(id));
            model.forget(at, values);
        }
        all.extend(fitted.map(|fitted| (step.found.index, fitted)));
    }
    Ok(all)
}

/// What stands for an operator's constants.
fn constants(step: &Step<'_>, fitted: &Fitted) -> Vec<(TensorId, Value)> {
    let input = |index: usize| step.found.inputs.get(index).copied().flatten();
    let name = step.found.row.name;
    let units = fitted.scales.len().max(1);
    let unit = |at: usize| match name {
        "DEPTHWISE_CONV_2D" => at % units,
        _ => at / (fitted.integers.len() / units).max(1),
    };
    let real = |(at, integer): (usize, &i8)| {
        f32::from(*integer) * fitted.scales.get(unit(at)).copied().unwrap_or(0.0)
    };
    let weights = fitted.integers.iter().enumerate().map(real).collect();
    let biases = bias_of(&step.found).and_then(input).zip(fitted.biases.clone());
    let biases = biases.map(|(id, values)| (id, Value::Real(values)));
    input(1).map(|id| (id, Value::Real(weights))).into_iter().chain(biases).collect()
}

/// What is known of an operator with weights.
struct Fitting<'m> {
    products: Products,
    weights: &'m [f32],
    biases: Option<&'m [f32]>,
    /// For each group of inputs and each of those the values over all rows.
    inputs: Vec<Vec<Vec<f32>>>,
    /// For each unit what is missing to the float model's output, over all rows.
    missing: Vec<Vec<f32>>,
    /// Which rows are held out.
    held_out: Vec<bool>,
}

impl<'m> Fitting<'m> {
    fn of(
        model: &'m Float<'_>,
        step: &Step<'_>,
        lessons: &[Lesson],
        exact: &[Values],
        found: &[Values],
    ) -> Option<Self> {
        let input = |index: usize| step.found.inputs.get(index).copied().flatten();
        let constant = |id: TensorId| model.constants.get(&id)?.real();
        if !matches!(role(step.found.row.name, 1), Role::Weights { .. }) || found.is_empty() {
            return None;
        }
        let weights = input(1).and_then(constant)?;
        let biases = bias_of(&step.found).and_then(input).and_then(constant);
        // How many rows there are, and how many of them are few enough.
        let pixels = std::cell::Cell::new(0usize);
        let counted = |_| {
            pixels.set(pixels.get() + 1);
            false
        };
        let products = model.products(step, found.first()?, &counted, &mut |_, _| ())?;
        let count = pixels.get() * found.len();
        let Products { units, groups, depth, .. } = products;
        // Each group has units of its own, as many as the others.
        if depth > MOST_INPUTS || groups == 0 || units < groups {
            return None;
        }
        let per_row = groups * (depth * depth / 2) + 4 * depth * units;
        let most = (WORK / per_row.max(1)).clamp(LEAST_ROWS * depth, MOST_ROWS.max(LEAST_ROWS * depth));
        // An odd step meets all columns of a picture.
        let every = count.div_ceil(most.max(1)).max(1) | 1;
        let every = if count <= most { 1 } else { every };
        let filters: Vec<Vec<f32>> = (0..units)
            .map(|unit| products.places(unit).filter_map(|at| weights.get(at).copied()).collect())
            .collect();
        let mut fitting = Self {
            products,
            weights,
            biases,
            inputs: vec![vec![Vec::new(); depth]; groups],
            missing: vec![Vec::new(); units],
            held_out: Vec::new(),
        };
        let of_group = units / groups;
        for (number, ((exact, found), lesson)) in exact.iter().zip(found).zip(lessons).enumerate() {
            let wanted = |row: usize| (row + number).is_multiple_of(every);
            let mut places = vec![fitting.missing.first().map_or(0, Vec::len); groups];
            model.products(step, exact, &wanted, &mut |group, row| {
                let filters = filters.iter().zip(&mut fitting.missing).skip(group * of_group);
                filters.take(of_group).for_each(|(filter, missing)| missing.push(dot(row, filter)));
            })?;
            model.products(step, found, &wanted, &mut |group, row| {
                let place = places.get(group).copied().unwrap_or(0);
                places.iter_mut().skip(group).take(1).for_each(|place| *place += 1);
                let filters = filters.iter().zip(&mut fitting.missing).skip(group * of_group);
                for (filter, missing) in filters.take(of_group) {
                    missing.iter_mut().skip(place).take(1).for_each(|missing| *missing -= dot(row, filter));
                }
                let inputs = fitting.inputs.iter_mut().skip(group).take(1).flatten();
                inputs.zip(row).for_each(|(values, x)| values.push(*x));
            })?;
            let rows = fitting.missing.first().map_or(0, Vec::len);
            fitting.held_out.resize(rows, lesson.held_out);
        }
        Some(fitting)
    }

    /// By the damping that holds best for the samples that are held out.
    fn best(&self) -> Option<Fitted> {
        let own = self.moments(&|held_out| !held_out);
        let others = self.moments(&|held_out| held_out);
        let mut best: Option<(f64, Option<f32>)> = None;
        for damping in std::iter::once(None).chain(DAMPINGS.map(Some)) {
            let Some(fitted) = self.fitted(&own, damping, 1) else { continue };
            let error = self.error(&others, &fitted)?;
            if best.is_none_or(|best| error < best.0) {
                best = Some((error, damping));
            }
        }
        let (_, damping) = best?;
        self.fitted(&own, damping, scales::count(self.products))
    }

    /// What there is to know of the rows that count.
    fn moments(&self, counts: &dyn Fn(bool) -> bool) -> Vec<Moments> {
        let counted: Vec<bool> = self.held_out.iter().map(|&held_out| counts(held_out)).collect();
        // Biases make up for means.
        let centred = |values: &Vec<f32>| centred(values, &counted, self.biases.is_some());
        let of_group = self.products.units / self.products.groups;
        let group = |(inputs, missing): (&Vec<Vec<f32>>, &[Vec<f32>])| {
            let (means, inputs): (Vec<f32>, Vec<Vec<f32>>) = inputs.iter().map(centred).unzip();
            let unit = |missing: &Vec<f32>| {
                let (mean, missing) = centred(missing);
                let count = missing.len().max(1) as f32;
                let slope = inputs.iter().map(|x| dot(x, &missing) / count).collect();
                Missing { mean, square: dot(&missing, &missing) / count, slope }
            };
            let missing = missing.iter().map(unit).collect();
            Moments { means, products: lattice::Products::of(&inputs), missing }
        };
        self.inputs.iter().zip(self.missing.chunks(of_group)).map(group).collect()
    }

    /// The sum of the mean squared errors of all units on some rows.
    fn error(&self, of: &[Moments], fitted: &Fitted) -> Option<f64> {
        let Products { units, groups, .. } = self.products;
        let mut sum = 0f64;
        for unit in 0..units {
            let moments = of.get(unit / (units / groups))?;
            let missing = moments.missing.get(unit % (units / groups))?;
            let scale = *fitted.scales.get(unit)?;
            let off = |place: usize| {
                Some(self.weights.get(place)? - f32::from(*fitted.integers.get(place)?) * scale)
            };
            let off: Vec<f32> = self.products.places(unit).map(off).collect::<Option<_>>()?;
            let bias =
                |biases: Option<&[f32]>| biases.and_then(|biases| biases.get(unit).copied()).unwrap_or(0.0);
            let shift = bias(fitted.biases.as_deref()) - bias(self.biases);
            let left = missing.mean + dot(&off, &moments.means) - shift;
            let spread = missing.square + 2.0 * dot(&off, &missing.slope);
            sum += f64::from(spread) + moments.products.square(&off) + f64::from(left).powi(2);
        }
        Some(sum)
    }

    /// The weights of all units, and the biases that belong to them.
    fn fitted(&self, of: &[Moments], damping: Option<f32>, shares: usize) -> Option<Fitted> {
        let Products { units, groups, .. } = self.products;
        let whole = self.weights.iter().fold(0f32, |greatest, w| greatest.max(w.abs()));
        let mut fitted = Fitted {
            scales: Vec::with_capacity(units),
            integers: vec![0; self.weights.len()],
            biases: self.biases.map(<[f32]>::to_vec),
            damping,
        };
        for (group, moments) in of.iter().enumerate() {
            let metric = damping.and_then(|damping| Metric::of(&moments.products, damping));
            let first = group * (units / groups);
            for (unit, missing) in (first..).zip(&moments.missing) {
                let places: Vec<usize> = self.products.places(unit).collect();
                let filter: Vec<f32> =
                    places.iter().filter_map(|&at| self.weights.get(at).copied()).collect();
                let (scale, integers) = match &metric {
                    Some(metric) => scales::nearest(metric, &filter, &missing.slope, whole, shares)?,
                    None => scales::plain(&filter, whole),
                };
                if let Some(bias) = fitted.biases.as_mut().and_then(|biases| biases.get_mut(unit)) {
                    let off = filter.iter().zip(&integers).map(|(w, q)| w - q * scale);
                    let shift: f32 = off.zip(&moments.means).map(|(off, mean)| off * mean).sum();
                    *bias += missing.mean + shift;
                }
                for (place, integer) in places.into_iter().zip(integers) {
                    *fitted.integers.get_mut(place)? = integer as i8;
                }
                fitted.scales.push(scale);
            }
        }
        Some(fitted)
    }
}

/// What there is to know of some rows of a group of inputs.
struct Moments {
    /// The mean of each input; zeros if there is no bias to make up for means.
    means: Vec<f32>,
    /// Of what inputs are beside their means.
    products: lattice::Products,
    /// For each unit.
    missing: Vec<Missing>,
}

/// What is missing to the float model's output of a unit.
struct Missing {
    mean: f32,
    /// The mean square beside that.
    square: f32,
    /// The mean product of each input and that.
    slope: Vec<f32>,
}

/// The mean of the rows that count, and what each of them has beside it.
fn centred(values: &[f32], counted: &[bool], is_biased: bool) -> (f32, Vec<f32>) {
    let mut values: Vec<f32> =
        values.iter().zip(counted).filter(|(_, counted)| **counted).map(|(x, _)| *x).collect();
    let sum: f64 = values.iter().map(|x| f64::from(*x)).sum();
    let mean = if is_biased { (sum / values.len().max(1) as f64) as f32 } else { 0.0 };
    values.iter_mut().for_each(|x| *x -= mean);
    (mean, values)
}
