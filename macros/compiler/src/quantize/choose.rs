//! What the integers of each tensor are to mean, by what calibration has seen.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::Float;
use super::logits;
use super::observe::{Histogram, Observations};
use super::rewrite::{Groups, Meaning};
use super::roles::{Role, fixed_output, is_tied, role};
use super::settings::Fixed;
use crate::graph::{ElementType, TensorId};
use std::collections::{BTreeSet, HashMap};

/// How much of what was seen has to fit into the integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Method {
    /// All of it.
    MinMax,
    /// All but this share.
    Percentile(f64),
    /// As much as makes the sum of squared errors least.
    LeastSquares,
}

impl Method {
    /// All that are tried.
    pub(crate) const ALL: [Self; 4] =
        [Self::MinMax, Self::LeastSquares, Self::Percentile(1e-4), Self::Percentile(1e-3)];

    /// How people call it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::MinMax => "least and greatest value".to_owned(),
            Self::Percentile(share) => format!("all but {} % of the values", share * 100.0),
            Self::LeastSquares => "least squared error".to_owned(),
        }
    }

    /// The meaning of integers of a type for numbers like these.
    pub(crate) fn meaning(self, seen: &Histogram, ty: ElementType) -> Meaning {
        let (least, greatest) = match self {
            Self::MinMax => (seen.least, seen.greatest),
            Self::Percentile(share) => seen.without(share),
            Self::LeastSquares => least_squares(seen, ty),
        };
        meaning(least, greatest, ty)
    }
}

/// 16 bits hold numbers so many times as far as calibration has seen: what lies beyond is lost, and finer steps would
/// be finer than what 8-bit weights give.
const HEADROOM: f32 = 2.0;

/// Scale and zero point for a range.
pub(crate) fn meaning(least: f32, greatest: f32, ty: ElementType) -> Meaning {
    /// So that nothing divides by zero.
    const LEAST: f32 = 1e-8;
    let (least, greatest) = (least.min(0.0), greatest.max(0.0));
    if ty == ElementType::Int16 {
        let reach = greatest.max(-least).max(LEAST) * HEADROOM;
        return (reach / 32767.0, 0);
    }
    let scale = (greatest - least).max(LEAST) / 255.0;
    let zero_point = (-128.0 - least / scale).round().clamp(-128.0, 127.0);
    (scale, zero_point as i32)
}

/// The range whose squared error is least, of ranges with smaller and smaller shares of what was seen.
fn least_squares(seen: &Histogram, ty: ElementType) -> (f32, f32) {
    const STEPS: u16 = 48;
    let shares = (STEPS / 6..=STEPS).map(|step| f32::from(step) / f32::from(STEPS));
    let ranges = shares.map(|share| (seen.least * share, seen.greatest * share));
    let error = |&(least, greatest): &(f32, f32)| seen.error(least, greatest, meaning(least, greatest, ty).0);
    let best = ranges.map(|range| (error(&range), range)).min_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map_or((seen.least, seen.greatest), |(_, range)| range)
}

/// The type of an input or output for numbers like these, whose error is least; none if they are too large
/// for all of them.
pub(crate) fn fixed_type(seen: &Histogram, bits: u32) -> Option<Fixed> {
    let signed = seen.least < 0.0 || bits == 16;
    let error = |ty: &Fixed| {
        let (least, greatest) = ty.range();
        seen.error(least, greatest, ty.scale())
    };
    let types = (0..=bits).map(|fraction| Fixed { signed, bits, fraction });
    let coarsest = Fixed { signed, bits, fraction: 0 };
    let (least, greatest) = coarsest.range();
    if seen.least < least * 1.01 || seen.greatest > greatest * 1.01 {
        return None;
    }
    types.map(|ty| (error(&ty), ty)).min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, ty)| ty)
}

/// What integers of a type inside mean, if the caller has them as this type.
pub(crate) fn meaning_of(ty: Fixed) -> Meaning {
    (ty.scale(), if ty.signed { 0 } else { -128 })
}

/// What is decided of a model whatever the method.
pub(crate) struct Choice<'c, 'a> {
    pub(crate) model: &'c Float<'a>,
    pub(crate) groups: &'c Groups,
    pub(crate) seen: &'c Observations,
    pub(crate) ty: ElementType,
    /// Types of the inputs and outputs; none where there are only plain integers.
    pub(crate) inputs: Vec<Option<Fixed>>,
    pub(crate) outputs: Vec<Option<Fixed>>,
    /// Groups that callers want to have 16 bits, where others have 8.
    pub(crate) wide: BTreeSet<TensorId>,
}

impl Choice<'_, '_> {
    /// What all tensors of each group have together.
    fn together(&self) -> HashMap<TensorId, Histogram> {
        let mut together: HashMap<TensorId, Histogram> = HashMap::new();
        let mut ids: Vec<&TensorId> = self.seen.histograms.keys().collect();
        ids.sort();
        for id in ids {
            if let Some(seen) = self.seen.histograms.get(id) {
                together.entry(self.groups.first(*id)).or_default().merge(seen);
            }
        }
        // Constants that are no weights are values like any others.
        for step in &self.model.steps {
            for (index, id) in step.found.inputs.iter().enumerate() {
                let constant = id.and_then(|id| Some((id, self.model.constants.get(&id)?.real()?)));
                let Some((id, values)) = constant else { continue };
                if role(step.found.row.name, index) == Role::Activation {
                    together.entry(self.groups.first(id)).or_default().add(values);
                }
            }
        }
        together
    }

    /// Whether all tensors of a group hold what this one does, in other shapes perhaps.
    fn has_own_range(&self, together: &HashMap<TensorId, Histogram>, id: TensorId) -> bool {
        let range = |seen: &Histogram| (seen.least, seen.greatest);
        let own = self.seen.histograms.get(&id).map(range);
        own.is_some() && own == together.get(&self.groups.first(id)).map(range)
    }

    /// The meaning of each group by a method, if these groups have 16 bits.
    pub(crate) fn meanings(&self, method: Method, wide: &BTreeSet<TensorId>) -> HashMap<TensorId, Meaning> {
        let together = self.together();
        let meaning = |(&id, seen): (&TensorId, &Histogram)| match wide.contains(&id) {
            true => (id, Method::MinMax.meaning(seen, ElementType::Int16)),
            false => (id, method.meaning(seen, self.ty)),
        };
        let mut meanings: HashMap<TensorId, Meaning> = together.iter().map(meaning).collect();
        if self.ty == ElementType::Int8 {
            let logits = logits::meanings(self.model, self.seen, method).into_iter();
            let own = logits.filter(|(id, _)| self.has_own_range(&together, *id));
            let own = own.map(|(id, meaning)| (self.groups.first(id), meaning));
            meanings.extend(own.filter(|(id, _)| !wide.contains(id)));
        }
        for (id, ty) in self.model.graph.outputs.iter().zip(&self.outputs) {
            if let Some(ty) = ty {
                meanings.insert(self.groups.first(*id), meaning_of(*ty));
            }
        }
        for (id, fixed) in self.fixed(wide) {
            meanings.insert(id, fixed);
        }
        for (id, ty) in self.model.graph.inputs.iter().zip(&self.inputs) {
            if let Some(ty) = ty {
                meanings.insert(self.groups.first(*id), meaning_of(*ty));
            }
        }
        for step in &self.model.steps {
            for (index, id) in step.found.inputs.iter().enumerate() {
                let Some(id) = id.filter(|_| role(step.found.row.name, index) == Role::Cell) else {
                    continue;
                };
                let reach = self.seen.histograms.get(&id).map_or(1.0, |seen| seen.greatest.max(-seen.least));
                meanings.insert(id, (power_of_two(reach / 32767.0), 0));
            }
        }
        meanings
    }

    /// Groups that are written by operators alone whose outputs have one meaning always.
    pub(crate) fn fixed(&self, wide: &BTreeSet<TensorId>) -> HashMap<TensorId, Meaning> {
        let mut fixed: HashMap<TensorId, Option<Meaning>> = HashMap::new();
        for step in &self.model.steps {
            let name = step.found.row.name;
            if is_tied(name) {
                continue;
            }
            for output in &step.found.outputs {
                let group = self.groups.first(*output);
                let ty = if wide.contains(&group) { ElementType::Int16 } else { self.ty };
                let meaning = fixed_output(name, ty);
                let group = fixed.entry(group).or_insert(meaning);
                *group = group.filter(|group| meaning == Some(*group));
            }
        }
        for id in &self.model.graph.inputs {
            fixed.remove(&self.groups.first(*id));
        }
        fixed.into_iter().filter_map(|(id, meaning)| Some((id, meaning?))).collect()
    }
}

/// The least power of two, of those that an LSTM can have, that is no less than a number.
fn power_of_two(x: f32) -> f32 {
    let (_, exponent) = libm::frexpf(x);
    libm::ldexpf(1.0, exponent.clamp(-27, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(values: impl IntoIterator<Item = f32>) -> Histogram {
        let mut histogram = Histogram::default();
        histogram.add(&values.into_iter().collect::<Vec<_>>());
        histogram
    }

    #[test]
    fn zero_is_always_an_integer() {
        assert_eq!(meaning(0.0, 2.55, ElementType::Int8).1, -128);
        assert_eq!(meaning(1.0, 2.55, ElementType::Int8), meaning(0.0, 2.55, ElementType::Int8));
        assert_eq!(meaning(-2.55, 0.0, ElementType::Int8).1, 127);
        assert_eq!(meaning(-32767.0, 3.0, ElementType::Int16), (HEADROOM, 0));
        assert!(meaning(0.0, 0.0, ElementType::Int8).0 > 0.0);
    }

    #[test]
    fn squares_leave_out_what_is_rare() {
        let values = (0..100_000).map(|i| (i % 1000) as f32 / 1000.0).chain([30.0]);
        let seen = seen(values);
        let (least, greatest) = least_squares(&seen, ElementType::Int8);
        assert!(greatest < 30.0, "{greatest}");
        let error =
            |least, greatest| seen.error(least, greatest, meaning(least, greatest, ElementType::Int8).0);
        assert!(error(least, greatest) < error(seen.least, seen.greatest));
    }

    #[test]
    fn types_of_ports_hold_what_was_seen() {
        let ty =
            |values: &[f32], bits| fixed_type(&seen(values.iter().copied()), bits).map(|ty| ty.to_string());
        assert_eq!(ty(&[-0.9, 0.3, 0.9], 8).as_deref(), Some("I1F7"));
        assert_eq!(ty(&[0.0, 0.3, 0.9], 8).as_deref(), Some("U0F8"));
        assert_eq!(ty(&[0.0, 200.0, 255.0], 8).as_deref(), Some("U8F0"));
        assert_eq!(ty(&[-60.0, 10.0], 8).as_deref(), Some("I7F1"));
        assert_eq!(ty(&[-60.0, 10.0], 16).as_deref(), Some("I7F9"));
        assert_eq!(ty(&[-60.0, 1000.0], 8), None);
    }

    #[test]
    fn cells_have_powers_of_two() {
        assert_eq!(power_of_two(0.3), 0.5);
        assert_eq!(power_of_two(0.0001), 1.0 / 8192.0);
    }
}
