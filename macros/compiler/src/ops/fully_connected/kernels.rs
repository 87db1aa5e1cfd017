//! Which kernels serve a fully connected layer.

use super::Layer;
use crate::inner::FOUR;
use crate::kernels::blocks::{FullyConnectedBlocks, PixelBlocks};
use crate::kernels::fully_connected::{FullyConnected, FullyConnectedOffset, FullyConnectedRing};
use crate::kernels::shapes::{Once, Requantization};
use crate::lower::{Lowering, RingView};
use crate::ops::narrow::{self, Form};
use crate::ops::once;
use crate::ops::unit_blocks::{MAX_MEMORY, MEMORY_OF_A_STEP, Simplified, Units, with_arguments};
use crate::ops::unit_pairs::{self, Layout};
use crate::ops::weighted::Bounds;
use crate::ops::{unit_fours, unit_streams};
use crate::optimize::Optimize;
use crate::program::{Params, Variant};

/// So many units are written out one by one by LLVM, if it is told how many there are.
const FEW: std::ops::RangeInclusive<usize> = 2..=8;

/// A layer of less weights than this does not gain by having them in fours of units.
const SMALL: usize = 1024;

/// The same for pairs: less inputs than these.
const SHORT: usize = 4;

/// Which loop over blocks serves one row.
#[derive(Clone, Copy, Debug)]
pub(super) enum OneRow {
    /// The fastest.
    Fast,
    /// The smallest.
    Small,
    /// The one that is there for pixels, which takes one for two.
    Pixel,
}

impl OneRow {
    /// That of a layer that is rounded once, or not.
    pub(super) fn of(to: &mut Lowering<'_>, once: bool) -> Self {
        match to.optimize() {
            Optimize::Speed | Optimize::Balanced => Self::Fast,
            // The loop over pixels is one for both only if it rounds as this layer does.
            Optimize::Size if to.has_pixels() && to.kind_rounds_once("CONV_2D") == once => Self::Pixel,
            Optimize::Size => Self::Small,
        }
    }
}

impl Layer {
    /// The kernels for backends that have others.
    pub(super) fn variants(
        &self,
        weights: &[i8],
        bias: &[i32],
        output: Requantization,
        of_row: OneRow,
        once: Option<&once::Units>,
    ) -> Vec<Variant> {
        let layer = Simplified::of(weights, bias, &self.multipliers, output);
        let is_small = self.is_small();
        let is_row = self.rows == 1;
        let has_pairs = is_row && self.depth >= SHORT && self.units >= FOUR;
        let pairs = has_pairs.then(|| match once {
            Some(units) => unit_pairs::fully_connected(units, self.depth, output, Layout::Pairs),
            None => unit_pairs::fully_connected(&layer, self.depth, output, Layout::Pairs),
        });
        let words = || unit_pairs::fully_connected(&layer, self.depth, output, Layout::Bytes);
        let bytes = (is_row && !is_small).then(words).flatten();
        let depth = self.depth;
        let (blocks, vectors) = match once {
            Some(once) => {
                let Requantization { least, greatest, .. } = output;
                let output = Once { least, greatest };
                let blocks = self.blocks(&Units::once(once, depth, depth), output, of_row);
                (blocks, Some(self.vectors_once(once, output)))
            }
            None => (self.blocks(&Units::full(&layer, depth, depth, output), output, of_row), None),
        };
        let once = once.and_then(|units| unit_fours::fully_connected(units, (depth, is_row), output));
        let fours = unit_fours::both(unit_fours::fully_connected(&layer, (depth, is_row), output), once);
        // Bytes come before what is for the same processors.
        let is_left = |fours: &Variant| bytes.as_ref().is_none_or(|bytes| bytes.backend != fours.backend);
        let fours = fours.into_iter().flatten().filter(|fours| !is_small && is_left(fours));
        let fours: Vec<Variant> = fours.collect();
        [blocks, pairs.flatten(), bytes, vectors].into_iter().flatten().chain(fours).collect()
    }

    /// Whether the layer is done before a loop over four units at a time has begun.
    fn is_small(&self) -> bool {
        self.depth.saturating_mul(self.units) < SMALL
    }

    /// The kernel of a layer that is small and can be rounded once, whatever the others are: its loop is its own.
    pub(super) fn small_once(
        &self,
        (weights, bias): (&[i8], &[i32]),
        output: Requantization,
        optimize: Optimize,
    ) -> Option<Variant> {
        if !self.is_small() {
            return None;
        }
        let layer = Simplified::of(weights, bias, &self.multipliers, output);
        let units = once::Units::of(&layer, self.depth, output)?;
        let output = Once { least: output.least, greatest: output.greatest };
        let params = FullyConnected { depth: self.depth, units: self.units, output };
        let [few, _] = self.few(optimize);
        Some(Variant {
            backend: unit_fours::BACKEND,
            module: "fully_connected",
            kernel: if few { "fully_connected_few_once_s8" } else { "fully_connected_once_s8" },
            params: format!("{params:?}"),
            parameters: Some(params.keep()),
            constants: units.constants(),
        })
    }

    /// The kernel for units that are rounded once, where there are vectors.
    fn vectors_once(&self, units: &once::Units, output: Once) -> Variant {
        let params = format!("{:?}", FullyConnected { depth: self.depth, units: self.units, output });
        let (module, kernel) = ("fully_connected", "fully_connected_once_s8");
        let constants = units.clone().constants();
        Variant { backend: "mve", module, kernel, params, parameters: None, constants }
    }

    /// The kernel for weights in blocks, if they can be brought into these.
    fn blocks<R: Form>(&self, blocks: &Units<'_>, output: R, of_row: OneRow) -> Option<Variant> {
        let Self { rows, depth, units, .. } = *self;
        let constants = vec![blocks.blocks()?];
        let steps = blocks.steps();
        let fits = steps.saturating_mul(MEMORY_OF_A_STEP) <= MAX_MEMORY;
        let row = || format!("{:?}", FullyConnectedBlocks { depth, units, output });
        let small = R::name(["fully_connected_small_s8", "fully_connected_small_once_s8"]);
        let (kernel, params) = match (rows, of_row) {
            (1, OneRow::Fast) => {
                (R::name(["fully_connected_blocks_s8", "fully_connected_blocks_once_s8"]), row())
            }
            (1, OneRow::Small) => (small, row()),
            (1, OneRow::Pixel) if !fits => (small, row()),
            _ if !fits => return None,
            _ => {
                let params = PixelBlocks::<0, R> { depth, units, output };
                let kernel = R::name(["conv_2d_1x1_blocks_s8", "conv_2d_1x1_blocks_once_s8"]);
                (kernel, with_arguments(&params, format_args!("{steps}, _")))
            }
        };
        Some(Variant { backend: "dsp", module: "blocks", kernel, params, parameters: None, constants })
    }

    /// The kernel for outputs that are proved to be those of narrow products, and what to note of that.
    pub(super) fn narrow(
        &self,
        to: &Lowering<'_>,
        (values, bias): (&[i8], &[i32]),
        sums: &[Bounds],
        output: Requantization,
        ring: Option<RingView>,
    ) -> Option<(Variant, String)> {
        let (output, scales) = narrow::narrowed(output, &self.multipliers, sums)?;
        let note = narrow::note(&scales);
        let is_small = to.optimize() == Optimize::Size;
        let stream = unit_streams::Layer { weights: values, bias, scales: &scales, sums, output };
        let stream =
            if ring.is_some() || is_small { None } else { stream.fully_connected([self.rows, self.depth]) };
        let variant = stream.or_else(|| {
            let (name, params) = self.kernel(ring, output, to.optimize());
            narrow::variant("fully_connected", name, &*params, (values.to_vec(), bias, scales))
        });
        Some((variant?, note))
    }

    /// The kernel for weights of eight bits without a zero point.
    pub(super) fn kernel<R: Form>(
        &self,
        ring: Option<RingView>,
        output: R,
        optimize: Optimize,
    ) -> (&'static str, Box<dyn Params>) {
        let layer = FullyConnected { depth: self.depth, units: self.units, output };
        match ring {
            Some(RingView { shape: ring, .. }) => (
                R::name(["fully_connected_ring_s8", "fully_connected_ring_narrow_s8"]),
                Box::new(FullyConnectedRing { ring, layer }),
            ),
            None => {
                let [plain, narrow] = self.few(optimize);
                let plain = if plain { "fully_connected_few_s8" } else { "fully_connected_s8" };
                let narrow =
                    if narrow { "fully_connected_few_narrow_s8" } else { "fully_connected_narrow_s8" };
                (R::name([plain, narrow]), Box::new(layer))
            }
        }
    }

    /// Whether LLVM would write units out one by one, and that is too much: with scales of their own it takes less time and
    /// much more flash. For plain outputs and for narrow ones, which always have scales that have to be read.
    fn few(&self, optimize: Optimize) -> [bool; 2] {
        let own_scales = self.multipliers.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
        let is_too_much = match optimize {
            Optimize::Speed => [false; 2],
            Optimize::Balanced => [own_scales; 2],
            Optimize::Size => [own_scales, true],
        };
        is_too_much.map(|too_much| too_much && self.rows == 1 && FEW.contains(&self.units))
    }

    /// The kernel for other weights.
    pub(super) fn special_kernel(
        &self,
        output: Requantization,
        weight_zero_point: i32,
    ) -> (&'static str, Box<dyn Params>) {
        let layer = FullyConnected { depth: self.depth, units: self.units, output };
        match weight_zero_point {
            0 => ("fully_connected_s4", Box::new(layer)),
            _ => ("fully_connected_offset_s8", Box::new(FullyConnectedOffset { layer, weight_zero_point })),
        }
    }
}

#[cfg(test)]
mod tests;
