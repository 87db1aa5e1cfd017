//! Whole steps for the weights of one output that keep the error of the output small, instead of the error of each
//! weight: what one weight is rounded by, the others make up for.
//!
//! Inputs of an operator depend on each other, as neighbouring pixels do. With `H`, the mean of the products of all
//! pairs of inputs, the mean squared error of an output whose weights are off by `e` is `eᵀHe`. Weights are rounded
//! one after the other, each with what those before it were rounded by made up for (Babai's nearest plane), and then
//! changed by single steps as long as that makes the error less.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::dot;

/// Integers go so far to both sides of zero.
const REACH: f32 = 127.0;
/// How often all weights are looked at again.
const PASSES: usize = 8;

/// The means of the products of all pairs of inputs over the same samples, each with those before it and itself.
pub(crate) struct Products {
    rows: Vec<Vec<f32>>,
}

impl Products {
    /// Of the values of each input.
    pub(crate) fn of(inputs: &[Vec<f32>]) -> Self {
        let count = inputs.first().map_or(0, Vec::len).max(1) as f32;
        let row =
            |(at, x): (usize, &Vec<f32>)| inputs.iter().take(at + 1).map(|y| dot(x, y) / count).collect();
        Self { rows: inputs.iter().enumerate().map(row).collect() }
    }

    /// The mean square of the sum of all inputs, each times its own factor.
    pub(crate) fn square(&self, factors: &[f32]) -> f64 {
        let pairs = self.rows.iter().zip(factors);
        let sum = |(at, (row, x)): (usize, (&Vec<f32>, &f32))| {
            let own = row.last().copied().unwrap_or(0.0) * x;
            f64::from(
                x * (2.0 * dot(row.get(..at).unwrap_or_default(), factors.get(..at).unwrap_or_default())
                    + own),
            )
        };
        pairs.enumerate().map(sum).sum()
    }
}

/// What an error of weights costs.
pub(crate) struct Metric {
    /// The means of products, and what keeps them invertible.
    products: Vec<Vec<f32>>,
    /// Which input stands at each place of the factors: those that count most are last, and are rounded first.
    order: Vec<usize>,
    /// The rows of a lower triangle `L` with `LLᵀ` the products in that order.
    rows: Vec<Vec<f64>>,
    /// For each place the elements of its column of `L` below the diagonal, divided by that.
    columns: Vec<Vec<f32>>,
}

/// Integers, and the mean squared error of the output that they come to.
pub(crate) struct Rounded {
    pub(crate) integers: Vec<f32>,
    pub(crate) error: f64,
}

impl Metric {
    /// By products, where errors count a share of the mean square of all inputs even if no sample shows them; `None` if
    /// all inputs are always zero.
    pub(crate) fn of(of: &Products, damping: f32) -> Option<Self> {
        let mut products = of.rows.clone();
        let whole: f32 = products.iter().filter_map(|row| row.last()).sum();
        let added = whole / products.len() as f32 * damping;
        if !(added > 0.0 && added.is_finite()) {
            return None;
        }
        products.iter_mut().filter_map(|row| row.last_mut()).for_each(|own| *own += added);
        for at in 0..products.len() {
            let below: Vec<f32> =
                products.iter().skip(at + 1).filter_map(|row| row.get(at).copied()).collect();
            products.get_mut(at)?.extend(below);
        }
        let weight = |at: usize| products.get(at).and_then(|row| row.get(at)).copied().unwrap_or(0.0);
        let mut order: Vec<usize> = (0..products.len()).collect();
        order.sort_by(|&a, &b| weight(a).total_cmp(&weight(b)));
        let rows = triangle(&products, &order)?;
        let column = |at: usize| -> Option<Vec<f32>> {
            let diagonal = *rows.get(at)?.get(at)?;
            rows.iter().skip(at + 1).map(|row| Some((row.get(at)? / diagonal) as f32)).collect()
        };
        let columns = (0..rows.len()).map(column).collect::<Option<_>>()?;
        Some(Self { products, order, rows, columns })
    }

    /// The solution of `Hx = wanted`.
    pub(crate) fn solve(&self, wanted: &[f32]) -> Option<Vec<f32>> {
        let mut half: Vec<f64> = Vec::with_capacity(wanted.len());
        for (row, &input) in self.rows.iter().zip(&self.order) {
            let rest = f64::from(*wanted.get(input)?) - dot_64(row, &half);
            half.push(rest / row.last()?);
        }
        // From the last to the first, each is taken from all before it.
        let mut result = vec![0f32; wanted.len()];
        for (at, (row, &input)) in self.rows.iter().zip(&self.order).enumerate().rev() {
            let x = half.get(at)? / row.last()?;
            half.iter_mut().zip(row).take(at).for_each(|(half, l)| *half -= l * x);
            *result.get_mut(input)? = x as f32;
        }
        Some(result)
    }

    /// Whole steps of `scale` near the wanted weights; not all of them where the error is no less than `most` before.
    pub(crate) fn round(&self, wanted: &[f32], scale: f32, most: f64) -> Option<Rounded> {
        let len = wanted.len();
        let mut integers = vec![0f32; len];
        // What weights are off by, in the order of places.
        let mut off = vec![0f32; len];
        let mut error = 0f64;
        for at in (0..len).rev() {
            let (input, column) = (*self.order.get(at)?, self.columns.get(at)?);
            let whole = wanted.get(input)? + dot(column, off.get(at + 1..)?);
            let integer = (whole / scale).round().clamp(-REACH, REACH);
            *integers.get_mut(input)? = integer;
            *off.get_mut(at)? = wanted.get(input)? - integer * scale;
            error += (f64::from(whole - integer * scale) * self.rows.get(at)?.last()?).powi(2);
            if error >= most {
                break;
            }
        }
        Some(Rounded { integers, error })
    }

    /// Changes single integers as long as that makes the error less.
    pub(crate) fn refine(&self, wanted: &[f32], scale: f32, integers: &mut [f32]) {
        let off: Vec<f32> = wanted.iter().zip(integers.iter()).map(|(w, q)| w - q * scale).collect();
        let mut slope: Vec<f32> = self.products.iter().map(|row| dot(row, &off)).collect();
        for _ in 0..PASSES {
            let mut changed = false;
            for (at, (row, integer)) in self.products.iter().zip(integers.iter_mut()).enumerate() {
                let (Some(weight), Some(steep)) = (row.get(at), slope.get(at)) else { continue };
                let next = (*integer + (steep / (weight * scale)).round()).clamp(-REACH, REACH);
                let by = next - *integer;
                // Half a step changes nothing but for the sign of the error.
                if by == 0.0 || by * scale * (by * scale * weight - 2.0 * steep) >= 0.0 {
                    continue;
                }
                (*integer, changed) = (next, true);
                slope.iter_mut().zip(row).for_each(|(slope, x)| *slope -= by * scale * x);
            }
            if !changed {
                return;
            }
        }
    }
}

/// The rows of the lower triangle whose product with its transpose are these products, in an order.
fn triangle(products: &[Vec<f32>], order: &[usize]) -> Option<Vec<Vec<f64>>> {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(order.len());
    for (at, &input) in order.iter().enumerate() {
        let from = products.get(input)?;
        let mut row: Vec<f64> = Vec::with_capacity(at + 1);
        for (above, &other) in rows.iter().zip(order) {
            let rest = f64::from(*from.get(other)?) - dot_64(above, &row);
            row.push(rest / above.last()?);
        }
        let rest = f64::from(*from.get(input)?) - dot_64(&row, &row);
        row.push(libm::sqrt(rest.max(f64::MIN_POSITIVE)));
        rows.push(row);
    }
    rows.iter().flatten().all(|x| x.is_finite()).then_some(rows)
}

/// Products of two rows as far as both go, added up in four sums.
fn dot_64(a: &[f64], b: &[f64]) -> f64 {
    let len = a.len().min(b.len());
    let (a, b) = (a.get(..len).unwrap_or_default(), b.get(..len).unwrap_or_default());
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0f64; 4];
    for (x, y) in a.iter().zip(b) {
        sums[0] += x[0] * y[0];
        sums[1] += x[1] * y[1];
        sums[2] += x[2] * y[2];
        sums[3] += x[3] * y[3];
    }
    let rest: f64 = rest_a.iter().zip(rest_b).map(|(x, y)| x * y).sum();
    let [a, b, c, d] = sums;
    (a + b) + (c + d) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three inputs of which the first two are nearly the same.
    fn inputs() -> Vec<Vec<f32>> {
        let wave = |step: u32, by: u32| ((step * by) % 17) as f32 / 17.0 - 0.5;
        let first: Vec<f32> = (0..400).map(|step| wave(step, 3)).collect();
        let second = (0..400).map(|step| wave(step, 3) + 0.01 * wave(step, 5)).collect();
        vec![first, second, (0..400).map(|step| wave(step, 7)).collect()]
    }

    fn error(inputs: &[Vec<f32>], off: &[f32]) -> f32 {
        let at = |sample: usize| inputs.iter().zip(off).map(|(x, off)| x[sample] * off).sum::<f32>();
        (0..400).map(|sample| at(sample).powi(2)).sum::<f32>() / 400.0
    }

    #[test]
    fn one_weight_makes_up_for_another() {
        let inputs = inputs();
        let metric = Metric::of(&Products::of(&inputs), 1e-4).expect("they are not zero");
        let wanted = [0.4f32, 0.4, 3.0];
        let Rounded { mut integers, error: told } =
            metric.round(&wanted, 1.0, f64::INFINITY).expect("it is solved");
        metric.refine(&wanted, 1.0, &mut integers);
        // Both would be rounded to zero, which is off by 0.8 together.
        assert_eq!(integers[0] + integers[1], 1.0, "{integers:?}");
        let off: Vec<f32> = wanted.iter().zip(&integers).map(|(w, q)| w - q).collect();
        let found = error(&inputs, &off);
        assert!((f64::from(found) - told).abs() < 1e-3, "{found} instead of {told}");
        assert!(found < error(&inputs, &wanted.map(|x| x - x.round())) / 2.0);
        let square = Products::of(&inputs).square(&off);
        assert!((f64::from(found) - square).abs() < 1e-6, "{square} instead of {found}");
    }

    #[test]
    fn equations_are_solved() {
        let metric = Metric::of(&Products::of(&inputs()), 1e-2).expect("they are not zero");
        let wanted = [0.3f32, -0.1, 0.7];
        let found = metric.solve(&wanted).expect("it is solved");
        for (row, wanted) in metric.products.iter().zip(wanted) {
            assert!((dot(row, &found) - wanted).abs() < 1e-4);
        }
    }

    #[test]
    fn inputs_that_are_always_zero_say_nothing() {
        let zeros = Products::of(&[vec![0.0; 10], vec![0.0; 10]]);
        assert!(Metric::of(&zeros, 0.01).is_none());
    }
}
