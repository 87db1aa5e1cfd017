//! The scale of the weights of one unit, by search: what 127 steps stand for decides how near all weights come to whole
//! steps.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::Products;
use super::lattice::Metric;

/// So many scales are tried for each unit, as far as the work for all units of an operator allows. The fewer weights a
/// unit has, the more one scale beats another by, for all of them may come near whole steps.
const COUNT: std::ops::RangeInclusive<usize> = 8..=4096;
/// Multiplications that this may take.
const WORK: usize = 20_000_000;
/// Shares of the greatest weight of a unit that 127 steps are tried to stand for.
const LEAST: f64 = 0.6;
const GREATEST: f64 = 1.2;

/// How many scales are tried for each unit.
pub(crate) fn count(of: Products) -> usize {
    let work = of.units * (of.depth * of.depth / 2);
    (WORK / work.max(1)).clamp(*COUNT.start(), *COUNT.end())
}

/// The scale of weights of which this is the greatest, beside `whole`, the greatest of the operator.
pub(crate) fn scale(greatest: f32, whole: f32) -> f32 {
    // Weights that are all zeros, or next to, take a scale that keeps their bias in range.
    let least = if whole > 0.0 { whole / 1e4 } else { 1.0 };
    greatest.max(least) / 127.0
}

/// Weights rounded one by one.
pub(crate) fn plain(filter: &[f32], whole: f32) -> (f32, Vec<f32>) {
    let scale = scale(filter.iter().fold(0f32, |greatest, w| greatest.max(w.abs())), whole);
    (scale, filter.iter().map(|w| (w / scale).round().clamp(-127.0, 127.0)).collect())
}

/// Share `at` of those that are tried. However many are, they are spread evenly: each step is the golden section of the
/// range. The first is 1.
fn share(at: usize) -> f32 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let first = (1.0 - LEAST) / (GREATEST - LEAST);
    (LEAST + (GREATEST - LEAST) * (first + at as f64 * GOLDEN).fract()) as f32
}

/// The scale and the integers that make the error least, with so many scales tried.
pub(crate) fn nearest(
    metric: &Metric,
    filter: &[f32],
    slope: &[f32],
    whole: f32,
    count: usize,
) -> Option<(f32, Vec<f32>)> {
    let by = metric.solve(slope)?;
    let wanted: Vec<f32> = filter.iter().zip(by).map(|(w, by)| w + by).collect();
    let greatest = wanted.iter().fold(0f32, |greatest, w| greatest.max(w.abs()));
    let mut best: Option<(f64, f32, Vec<f32>)> = None;
    for at in 0..count {
        let scale = scale(greatest * share(at), whole);
        let most = best.as_ref().map_or(f64::INFINITY, |best| best.0);
        let rounded = metric.round(&wanted, scale, most)?;
        if best.is_none() || rounded.error < most {
            best = Some((rounded.error, scale, rounded.integers));
        }
    }
    let (_, scale, mut integers) = best?;
    metric.refine(&wanted, scale, &mut integers);
    Some((scale, integers))
}

#[cfg(test)]
mod tests {
    use super::super::lattice::Products as Pairs;
    use super::*;

    #[test]
    fn shares_are_spread_evenly() {
        assert_eq!(share(0), 1.0);
        for count in [8usize, 100, 4096] {
            let mut shares: Vec<f32> = (0..count).map(share).collect();
            shares.sort_by(f32::total_cmp);
            assert!(f64::from(shares[0]) >= LEAST - 1e-6 && f64::from(shares[count - 1]) <= GREATEST + 1e-6);
            let widest = shares.windows(2).map(|pair| pair[1] - pair[0]).fold(0f32, f32::max);
            assert!(f64::from(widest) < 3.0 * (GREATEST - LEAST) / count as f64, "{widest} of {count}");
        }
    }

    /// With few weights there is a scale of which all are nearly multiples.
    #[test]
    fn more_scales_are_nearer() {
        let wave = |by: u32| (0..97u32).map(|step| (step * by % 97) as f32 / 97.0 - 0.5).collect();
        let inputs: Vec<Vec<f32>> = [3, 5, 7].into_iter().map(wave).collect();
        let pairs = Pairs::of(&inputs);
        let metric = Metric::of(&pairs, 0.1).expect("they are not zero");
        let filter = [0.317f32, -0.9, 0.561];
        let error = |count| {
            let (scale, integers) = nearest(&metric, &filter, &[0.0; 3], 0.9, count).expect("it is solved");
            let off: Vec<f32> = filter.iter().zip(&integers).map(|(w, q)| w - q * scale).collect();
            pairs.square(&off)
        };
        assert!(error(1000) < error(1) / 10.0, "{} with 1000, {} with 1", error(1000), error(1));
    }
}
