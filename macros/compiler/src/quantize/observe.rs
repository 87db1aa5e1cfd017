//! What calibration remembers of every tensor: how its values are distributed, and the mean of each element.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::Value;
use crate::graph::TensorId;
use std::collections::HashMap;

/// Parts of a histogram; an even number.
const PARTS: usize = 8192;
/// Inferences of which all is kept of some tensors, at most, and the values of each of these.
const MOST_ROWS: usize = 256;
const MOST_KEPT: usize = 1 << 15;
/// Means of the elements of larger tensors are not kept.
const MOST_MEANS: usize = 1 << 18;

/// How many values lie in each of many parts of a range around zero, which doubles when need be.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    limit: f32,
    parts: Vec<u64>,
    /// Exact zeros, which cost nothing to quantize.
    zeros: u64,
    pub(crate) least: f32,
    pub(crate) greatest: f32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { limit: 0.0, parts: Vec::new(), zeros: 0, least: 0.0, greatest: 0.0 }
    }
}

impl Histogram {
    /// Counts values; `false` if one of them is not finite.
    pub(crate) fn add(&mut self, values: &[f32]) -> bool {
        let mut finite = true;
        for &x in values {
            if x == 0.0 {
                self.zeros += 1;
                continue;
            }
            finite &= x.is_finite();
            (self.least, self.greatest) = (self.least.min(x), self.greatest.max(x));
            if x.abs() >= self.limit {
                self.grow(x.abs());
            }
            let part = (x / self.limit + 1.0) * (PARTS / 2) as f32;
            if let Some(count) = self.parts.get_mut(part as usize) {
                *count += 1;
            }
        }
        finite
    }

    /// Doubles the range until `x` is inside.
    fn grow(&mut self, x: f32) {
        const LEAST: f32 = 1e-30;
        if self.parts.is_empty() {
            self.parts = vec![0; PARTS];
            self.limit = LEAST;
            while self.limit <= x && self.limit.is_finite() {
                self.limit *= 2.0;
            }
        }
        while self.limit <= x && self.limit.is_finite() {
            let pairs = self.parts.chunks(2).map(|pair| pair.iter().sum());
            let empty = std::iter::repeat_n(0, PARTS / 4);
            self.parts = empty.clone().chain(pairs).chain(empty).collect();
            self.limit *= 2.0;
        }
    }

    /// The middle of each part that has values, and how many.
    fn counts(&self) -> impl Iterator<Item = (f64, u64)> {
        let width = f64::from(self.limit) / (PARTS / 2) as f64;
        let middle = move |at: usize| (at as f64 + 0.5 - (PARTS / 2) as f64) * width;
        let present = self.parts.iter().enumerate().filter(|(_, count)| **count > 0);
        present.map(move |(at, &count)| (middle(at), count))
    }

    /// The sum of squared errors if numbers are rounded to steps of `scale` between two bounds.
    pub(crate) fn error(&self, least: f32, greatest: f32, scale: f32) -> f64 {
        let (least, greatest, rounding) =
            (f64::from(least), f64::from(greatest), f64::from(scale).powi(2) / 12.0);
        let error = |(x, count): (f64, u64)| {
            let outside = (x - x.clamp(least, greatest)).powi(2);
            (if outside > 0.0 { outside } else { rounding }) * count as f64
        };
        self.counts().map(error).sum()
    }

    /// The range that leaves out this share of all values.
    pub(crate) fn without(&self, share: f64) -> (f32, f32) {
        let total: u64 = self.zeros + self.parts.iter().sum::<u64>();
        let dropped = (total as f64 * share / 2.0) as u64;
        let end = |counts: &mut dyn Iterator<Item = (f64, u64)>| {
            let mut seen = 0;
            for (x, count) in counts {
                seen += count;
                if seen > dropped {
                    return x as f32;
                }
            }
            0.0
        };
        let counts: Vec<(f64, u64)> = self.counts().collect();
        let least = end(&mut counts.iter().copied()).clamp(self.least, 0.0);
        let greatest = end(&mut counts.iter().rev().copied()).clamp(0.0, self.greatest);
        (least, greatest)
    }

    /// Adds another histogram's counts.
    pub(crate) fn merge(&mut self, other: &Self) {
        (self.least, self.greatest) = (self.least.min(other.least), self.greatest.max(other.greatest));
        self.zeros += other.zeros;
        if other.parts.is_empty() {
            return;
        }
        let mut other = other.clone();
        if self.parts.is_empty() {
            (self.limit, self.parts) = (other.limit, other.parts);
            return;
        }
        let limit = self.limit.max(other.limit);
        self.grow(limit / 2.0);
        other.grow(limit / 2.0);
        self.parts.iter_mut().zip(&other.parts).for_each(|(sum, count)| *sum += count);
    }
}

/// The mean of each element of a tensor, and how far it goes from zero.
#[derive(Clone, Debug, Default)]
pub(crate) struct Means {
    sums: Vec<f64>,
    reach: Vec<f32>,
    count: u64,
}

impl Means {
    fn add(&mut self, values: &[f32]) {
        if values.len() > MOST_MEANS {
            return;
        }
        self.sums.resize(values.len(), 0.0);
        self.reach.resize(values.len(), 0.0);
        self.sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += f64::from(*x));
        self.reach.iter_mut().zip(values).for_each(|(reach, x)| *reach = reach.max(x.abs()));
        self.count += 1;
    }

    /// The mean of each of `channels`, that lie innermost.
    pub(crate) fn of_channels(&self, channels: usize) -> Vec<f32> {
        let mut sums = vec![0f64; channels];
        for row in self.sums.chunks_exact(channels.max(1)) {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let rows = self.sums.len().checked_div(channels).unwrap_or(0) as f64;
        let count = (rows * self.count as f64).max(1.0);
        sums.into_iter().map(|sum| (sum / count) as f32).collect()
    }
}

impl Means {
    /// How far each of `channels`, that lie innermost, goes from zero.
    pub(crate) fn reach_of_channels(&self, channels: usize) -> Vec<f32> {
        let mut reach = vec![0f32; channels];
        for row in self.reach.chunks_exact(channels.max(1)) {
            reach.iter_mut().zip(row).for_each(|(reach, x)| *reach = reach.max(*x));
        }
        reach
    }
}

/// What calibration has seen.
#[derive(Default)]
pub(crate) struct Observations {
    pub(crate) histograms: HashMap<TensorId, Histogram>,
    pub(crate) means: HashMap<TensorId, Means>,
    /// All that some tensors held, for each inference of many.
    pub(crate) rows: HashMap<TensorId, Vec<Vec<f32>>>,
    /// Tensors with values that are not finite.
    pub(crate) not_finite: Vec<TensorId>,
}

impl Observations {
    /// Keeps all that these tensors will hold.
    pub(crate) fn keep(&mut self, ids: Vec<TensorId>) {
        self.rows.extend(ids.into_iter().map(|id| (id, Vec::new())));
    }

    /// Takes the value of a tensor in one inference.
    pub(crate) fn add(&mut self, id: TensorId, value: &Value) {
        let Some(values) = value.real() else { return };
        if let Some(rows) = self.rows.get_mut(&id) {
            let (inferences, len) = (rows.len() + 1, values.len());
            if inferences <= MOST_ROWS && inferences.saturating_mul(len) <= MOST_KEPT {
                rows.push(values.to_vec());
            }
        }
        if !self.histograms.entry(id).or_default().add(values) && !self.not_finite.contains(&id) {
            self.not_finite.push(id);
        }
        self.means.entry(id).or_default().add(values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_doubles_keeps_its_counts() {
        let mut histogram = Histogram::default();
        let values: Vec<f32> = (-500..=1000).map(|i| i as f32 / 100.0).collect();
        assert!(histogram.add(&values));
        assert_eq!((histogram.least, histogram.greatest, histogram.zeros), (-5.0, 10.0, 1));
        assert_eq!(histogram.parts.iter().sum::<u64>(), 1500);
        for (x, count) in histogram.counts() {
            assert!(x > -5.01 && x < 10.01, "{count} at {x}");
        }
        let exact = |scale: f64| 1500.0 * scale * scale / 12.0;
        assert!((histogram.error(-6.0, 11.0, 0.5) - exact(0.5)).abs() < 1e-9);
        // Of the numbers above 9, each is too large by its distance.
        let clipped: f64 = (1..=100).map(|i| (f64::from(i) / 100.0).powi(2)).sum();
        let found = histogram.error(-6.0, 9.0, 1e-6);
        assert!((found / clipped - 1.0).abs() < 0.01, "{found} instead of {clipped}");
    }

    #[test]
    fn rare_values_can_be_left_out() {
        let mut histogram = Histogram::default();
        histogram.add(&vec![1.0; 9_999]);
        histogram.add(&[1000.0]);
        let (least, greatest) = histogram.without(0.001);
        assert_eq!(least, 0.0);
        assert!(greatest > 0.8 && greatest < 1.3, "{greatest}");
        assert_eq!(histogram.without(0.0).1, 1000.0);
    }

    #[test]
    fn merged_histograms_have_both() {
        let (mut a, mut b) = (Histogram::default(), Histogram::default());
        a.add(&[1.0, -2.0]);
        b.add(&[100.0]);
        let mut both = a.clone();
        both.merge(&b);
        assert_eq!((both.least, both.greatest), (-2.0, 100.0));
        assert_eq!(both.parts.iter().sum::<u64>(), 3);
        b.merge(&a);
        assert_eq!(b.parts, both.parts);
    }

    #[test]
    fn what_is_not_finite_is_seen() {
        assert!(!Histogram::default().add(&[f32::NAN]));
        assert!(!Histogram::default().add(&[1.0, f32::INFINITY]));
    }
}
