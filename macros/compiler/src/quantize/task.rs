//! The way to quantize a model for which its outputs are nearest: what stays the same while it is sought, and the steps.

use super::calibrate::observe;
use super::choose::Choice;
use super::equalize::equalize;
use super::float::Float;
use super::losses::losses;
use super::measure::Loss;
use super::model::{Build, Whole};
use super::observe::Observations;
use super::raise::raise;
use super::rewrite::Groups;
use super::settings::{Bits, Fixed, Sample, Settings};
use super::trial::{Known, Trial, Tried};
use crate::diagnostics::{At, Diagnostic};
use crate::graph::{ElementType, Graph, TensorId};
use crate::program::Program;
use crate::schema::File;
use std::collections::BTreeSet;

/// What stays the same.
pub(super) struct Task<'t, 'a> {
    pub(super) file: &'t File<'a>,
    pub(super) groups: &'t Groups,
    /// Type of activations.
    pub(super) ty: ElementType,
    /// Types of inputs and outputs, and which of them have 16 bits.
    pub(super) inputs: Vec<Option<Fixed>>,
    pub(super) outputs: Vec<Option<Fixed>>,
    pub(super) wide: BTreeSet<TensorId>,
    pub(super) build: Build<'t>,
    pub(super) known: Known,
    /// Whether samples are the caller's, and not made up.
    pub(super) given: bool,
}

impl<'a> Task<'_, 'a> {
    /// A trial of a model, by what was seen of it.
    pub(super) fn trial<'m>(&'m self, model: &'m Float<'a>, seen: &'m Observations) -> Trial<'m, 'a> {
        let &Self { file, groups, ty, build, .. } = self;
        let (inputs, outputs, wide) = (self.inputs.clone(), self.outputs.clone(), self.wide.clone());
        let choice = Choice { model, groups, seen, ty, inputs, outputs, wide };
        Trial::new(file, choice, build, &self.known)
    }

    /// Brings channels to like ranges, if that is nearer. Whether it is.
    pub(super) fn equalize(
        &self,
        model: &mut Float<'a>,
        seen: &mut Observations,
        best: &mut Tried,
    ) -> Result<bool, Vec<Diagnostic>> {
        let Some(plain) = equalize(model, seen) else { return Ok(false) };
        // Ranges that come from what is compared look better than they are: what is worse even so needs no other look.
        let compared = self.known.compared(model);
        let (mut other, mut others) = self.again(model, &compared.samples, best)?;
        if other.sqnr > best.sqnr {
            (other, others) = self.again(model, &self.known.samples, best)?;
        }
        let is_nearer = other.sqnr > best.sqnr;
        match is_nearer {
            true => (*best, *seen) = (other, others),
            false => model.constants = plain,
        }
        Ok(is_nearer)
    }

    /// The same way to quantize on what these samples show of a model that has changed.
    fn again(
        &self,
        model: &mut Float<'a>,
        samples: &[Sample],
        best: &Tried,
    ) -> Result<(Tried, Observations), Vec<Diagnostic>> {
        let mut seen = Observations::default();
        observe(model, samples, &mut seen).map_err(|diagnostic| vec![diagnostic])?;
        let tried = self.trial(model, &seen).again(best)?;
        Ok((tried, seen))
    }

    /// Fits weights to the samples, and raises single layers to 16 bits: those that are returned.
    pub(super) fn refine(
        &self,
        trial: &Trial<'_, 'a>,
        best: &mut Tried,
        settings: &Settings,
        whole: Whole<'_>,
    ) -> Result<Vec<At>, Vec<Diagnostic>> {
        // Where activations have 8 bits, their errors hide part of what fitted weights gain, so that only small models are
        // worth the time; made-up samples tell nothing of others.
        let fits = self.given && (self.ty == ElementType::Int16 || trial.choice.model.is_small());
        let fitted = if fits { trial.fitted(best)? } else { None };
        let mut raised = match settings.bits {
            Bits::Auto => raise(trial, best, settings.limits, whole),
            _ => Vec::new(),
        };
        // Raising single layers keeps no fits, and has to be worth more than these are.
        if let Some(fitted) = fitted.filter(|fitted| raised.is_empty() || fitted.sqnr > best.sqnr) {
            *best = fitted;
            raised.clear();
        }
        Ok(raised)
    }

    /// What operators lose on the first sample, if it is not made up.
    pub(super) fn losses(
        &self,
        model: &mut Float<'a>,
        program: &Program,
        graph: &Graph,
    ) -> Result<Vec<Loss>, Vec<Diagnostic>> {
        match self.known.samples.first().filter(|_| self.given) {
            Some(sample) => losses(model, program, graph, sample).map_err(|bug| vec![bug]),
            None => Ok(Vec::new()),
        }
    }
}
