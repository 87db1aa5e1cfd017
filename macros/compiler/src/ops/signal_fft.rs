//! What SignalRfft and SignalIrfft share: how a length is split into stages, and the tables.

use crate::diagnostics::Problem;
use crate::graph::ElementType::{self, Int16, Int32};
use crate::kernels::signal_fft::{SignalFft, Stage};
use crate::program::{Arg, Constant};
use crate::read::Reader;
use std::f64::consts::PI;

/// The transform of so many real samples, of half as many complex numbers.
#[derive(Clone, Debug)]
pub(super) struct Transform {
    pub(super) ty: ElementType,
    pub(super) half: SignalFft<Vec<Stage>>,
}

/// Reads the options, and the types of input and output.
pub(super) fn read(reader: &Reader<'_>, inverse: bool) -> Result<Transform, Problem> {
    const LONGEST: i32 = 1 << 15;
    reader.arity(1..=1, 1)?;
    let ty = reader.one_of(reader.input(0)?, "input", &[Int16, Int32])?;
    reader.same_type(reader.input(0)?, reader.output(0)?)?;
    let options = reader.custom_options(&["T", "fft_length"])?;
    // The numbers of types in the schema.
    let wanted = if ty == Int16 { 7 } else { 2 };
    let length = reader.custom_in_range(&options, "fft_length", 4..=LONGEST)?;
    reader.custom_in_range(&options, "T", wanted..=wanted)?;
    let stages = stages(length >> 1).filter(|_| length.is_multiple_of(2));
    let stages = stages.ok_or_else(|| {
        Problem::new(
            format!("a transform of {length} samples"),
            "its length must be even and have no prime factors but 2, 3 and 5, for the reference has no \
             memory for others",
            "use the next power of two, which most audio front ends do",
        )
    })?;
    let has_odd_radix = stages.iter().any(|stage| !stage.radix.is_multiple_of(2));
    Ok(Transform { ty, half: SignalFft { len: length >> 1, stages, has_odd_radix, inverse } })
}

/// Splits a transform into stages, the one of the shortest transforms first: radix 4 as often as it goes comes
/// last, before it 2, 3 and 5.
fn stages(len: usize) -> Option<Vec<Stage>> {
    let (mut rest, mut stride, mut stages) = (len, 1usize, Vec::new());
    for radix in [4, 2, 3, 5] {
        while rest > 1 && rest.is_multiple_of(radix) {
            rest = rest.checked_div(radix)?;
            stages.push(Stage { radix, len: rest, stride });
            stride = stride.checked_mul(radix)?;
        }
    }
    stages.reverse();
    (rest == 1).then_some(stages)
}

impl Transform {
    /// The tables, in the order of the kernels' parameters.
    pub(super) fn tables(&self) -> Vec<Arg> {
        let len = self.half.len;
        let sign = if self.half.inverse { -1.0 } else { 1.0 };
        // Written as the reference does: where a value is half of a step, the last bit of a phase counts.
        let twiddles = (0..len).map(|i| sign * (-2.0 * PI * i as f64 / len as f64));
        let turns = (1..=len >> 1).map(|i| sign * (-PI * (i as f64 / len as f64 + 0.5)));
        let order = self.order().into_iter().flat_map(|at| (at as u16).to_le_bytes()).collect();
        let order = Constant { name: "ORDER", ty: ElementType::UInt16, bytes: order };
        let tables = [self.table("TWIDDLES", twiddles), self.table("TURNS", turns), order];
        tables.into_iter().map(Arg::Constant).collect()
    }

    /// Points of the unit circle.
    fn table(&self, name: &'static str, phases: impl Iterator<Item = f64>) -> Constant {
        let greatest = if self.ty == Int16 { i16::MAX.into() } else { i32::MAX };
        let points = phases.flat_map(point);
        let rounded = points.map(|x| (0.5 + f64::from(greatest) * x).floor());
        match self.ty {
            Int16 => Constant::int16(name, rounded.map(|x| x as i16)),
            _ => Constant::int32(name, rounded.map(|x| x as i32)),
        }
    }

    /// For each place before the first stage, the number that belongs there: the last stage takes every
    /// `radix`-th, the one before it every `radix`-th of those, and so on.
    fn order(&self) -> Vec<usize> {
        let mut order = vec![0usize];
        for stage in &self.half.stages {
            let shifted = |part: usize| {
                let start = part.saturating_mul(stage.stride);
                order.iter().map(move |at| at.saturating_add(start))
            };
            order = (0..stage.radix).flat_map(shifted).collect();
        }
        order
    }

    /// Multiplications of one transform: in each stage those of all but its first parts, and as many as there
    /// are frequencies when spectra are put together.
    pub(super) fn macs(&self) -> usize {
        let len = self.half.len;
        let stage = |stage: &Stage| {
            let turned = stage.radix.saturating_sub(1).saturating_mul(len);
            turned.checked_div(stage.radix).unwrap_or(0).saturating_mul(4)
        };
        self.half.stages.iter().map(stage).fold(len.saturating_mul(2), usize::saturating_add)
    }
}

/// Cosine and sine. A half of the greatest value lies just between two integers, so that there the last bit
/// decides, which is not the same in all mathematical libraries: there both are rounded correctly.
fn point(phase: f64) -> [f64; 2] {
    let (cosine, sine) = (phase.cos(), phase.sin());
    let is_half = |x: f64| (x.abs() - 0.5).abs() < 1e-9;
    let near_half = |x: f64, slope: f64| 0.5f64.copysign(x) + slope * off_twelfth(phase);
    [
        if is_half(cosine) { near_half(cosine, -sine) } else { cosine },
        if is_half(sine) { near_half(sine, cosine) } else { sine },
    ]
}

/// By how much a phase is above the nearest twelfth of a turn, to many more bits than the phase has.
fn off_twelfth(phase: f64) -> f64 {
    /// What π is above its nearest `f64`.
    const PI_REST: f64 = 1.224_646_799_147_353_2e-16;
    let twelfths = (phase * 6.0 / PI).round();
    let (exact, found) = (twelfths * PI, 6.0 * phase);
    let exact_rest = twelfths.mul_add(PI, -exact) + twelfths * PI_REST;
    let found_rest = 6f64.mul_add(phase, -found);
    ((found - exact) + (found_rest - exact_rest)) / 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How near a table's values come to where they would be rounded otherwise, in steps, but for halves.
    fn margin(greatest: f64, phases: impl Iterator<Item = f64>) -> f64 {
        let points = phases.flat_map(point).filter(|x| (x.abs() - 0.5).abs() > 1e-9);
        let rest = points.map(|x| 0.5 + greatest * x).map(|x| (x - x.round()).abs());
        rest.fold(1.0, f64::min)
    }

    /// Cosines and sines of any library that are right to the last bit but one give the same tables, for every
    /// length there is: no value comes near to where it would be rounded otherwise, but for halves, which are
    /// rounded correctly here.
    #[test]
    fn tables_do_not_depend_on_the_last_bits_of_cosines() {
        let lengths: Vec<usize> = (2..=1 << 14).filter(|len| stages(*len).is_some()).collect();
        assert!(lengths.len() > 150);
        for len in lengths {
            let twiddles = (0..len).map(|i| -2.0 * PI * i as f64 / len as f64);
            let turns = (1..=len / 2).map(|i| -PI * (i as f64 / len as f64 + 0.5));
            let phases: Vec<f64> = twiddles.chain(turns).collect();
            for greatest in [f64::from(i16::MAX), f64::from(i32::MAX)] {
                let margin = margin(greatest, phases.iter().copied());
                // An error of two units in the last place of 1.0.
                assert!(margin > greatest * 2f64.powi(-52), "{len}: {margin}");
            }
        }
    }

    #[test]
    fn halves_are_rounded_correctly() {
        // Known to twenty digits: cos(f64(π / 3)) and sin(f64(π / 6)).
        assert_eq!(point(PI / 3.0)[0], 0.500_000_000_000_000_1);
        assert_eq!(point(PI / 6.0)[1], 0.499_999_999_999_999_94);
        assert_eq!(point(-PI / 6.0)[1], -0.499_999_999_999_999_94);
    }

    #[test]
    fn a_length_is_split_as_in_the_reference() {
        let radices = |len| stages(len).map(|all| all.iter().rev().map(|s| s.radix).collect::<Vec<_>>());
        assert_eq!(radices(256), Some(vec![4; 4]));
        assert_eq!(radices(128), Some(vec![4, 4, 4, 2]));
        assert_eq!(radices(240), Some(vec![4, 4, 3, 5]));
        assert_eq!(radices(2), Some(vec![2]));
        assert_eq!((radices(14), radices(1)), (None, Some(Vec::new())));
    }

    #[test]
    fn the_order_of_powers_of_two_reverses_bits() {
        let stages = stages(8).expect("8 = 4 · 2");
        let half = SignalFft { len: 8, stages, has_odd_radix: false, inverse: false };
        let order = Transform { ty: Int16, half }.order();
        assert_eq!(order, [0, 4, 1, 5, 2, 6, 3, 7]);
    }
}
